"""Parquet objects: columns, record keys and receipts."""
