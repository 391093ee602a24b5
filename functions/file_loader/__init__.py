"""Loads uploaded files."""
