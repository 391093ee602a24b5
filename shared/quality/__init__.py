"""Data quality of deliveries: checks, scores, the quality gate and reports."""
