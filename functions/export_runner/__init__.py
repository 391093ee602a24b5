"""Prepares exports that take longer than a request."""
