"""Customers: segments and profiles."""
