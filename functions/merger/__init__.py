"""Merges incoming objects into the tables of the lake."""
