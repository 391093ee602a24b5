"""Merging of incoming rows into a partition: upsert, record versions, key moves, late data."""
