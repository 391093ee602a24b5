"""Drift of features, and their baselines."""
