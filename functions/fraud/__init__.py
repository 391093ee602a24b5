"""Fraud analytics: dashboard, cohorts, precision and recall, confusion matrices."""
