"""Alerts: their list and lifecycle, rules, and previews of rules."""
