"""The schedule that computes customers anew."""
