"""Freezes the first days of model versions as their baselines."""
