"""Alerts: rules, their evaluation, and what became of each alert."""
