"""The schedule that compares rows beyond the identity horizon."""
