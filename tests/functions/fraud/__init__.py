"""Fraud analytics over real decisions."""
