"""Parquet objects: columns, record keys, and the receipt in the metadata."""
