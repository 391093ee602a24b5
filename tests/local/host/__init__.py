"""The laptop's host."""
