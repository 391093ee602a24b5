"""Customers: segments, purchase behaviour and predictions."""
