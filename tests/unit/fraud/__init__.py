"""Fraud analytics without AWS."""
