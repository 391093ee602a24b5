"""Appends changed decisions to the log of events."""
