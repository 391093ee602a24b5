"""Merges incoming objects into base partitions."""
