"""Dashboards: what they show, and the data of their widgets."""
