"""The documents that the API serves."""
