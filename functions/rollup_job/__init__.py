"""Computes roll-ups of the days that changed."""
