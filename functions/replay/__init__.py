"""Replay scenarios, their runs and results, and the registered thresholds of rule versions."""
