"""Ingest: batches, single records, batch status, sources."""
