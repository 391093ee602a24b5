"""Loads records from the event stream."""
