"""Applies mappings to the records of a source, whole columns at a time."""
