"""Drift: profiles of features, baselines, how far a range is from its baseline, and the quality of features."""
