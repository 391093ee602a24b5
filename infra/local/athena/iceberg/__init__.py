"""Iceberg tables for the engine: from metadata to the data files of a snapshot, and from those to a view."""
