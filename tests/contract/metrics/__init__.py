"""Stores of metrics on what they are made for."""
