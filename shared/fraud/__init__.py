"""Fraud analytics: the truth of decisions, KPIs, cohorts, dashboards."""
