"""Columns, merges and roll-ups."""
