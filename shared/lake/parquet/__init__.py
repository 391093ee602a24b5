"""Parquet objects: columns, keys of records, and the receipt in the metadata."""
