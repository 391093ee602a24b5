"""Explanations of decisions and cohorts."""
