"""Customers: segments, profiles and the model of who buys again."""
