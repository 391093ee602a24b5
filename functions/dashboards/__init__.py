"""Dashboards: stored, copied, and their data."""
