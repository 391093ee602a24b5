"""Merging of incoming rows into tables: settlement of record versions, receipts, key index, late data."""
