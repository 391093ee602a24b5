"""Metrics between merges of late and restated rows."""
