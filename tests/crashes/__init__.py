"""Processes that die around any of their writes to AWS: what runs after them ends as if they had not died."""
