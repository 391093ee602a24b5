"""Explanations, request by request and number by number."""
