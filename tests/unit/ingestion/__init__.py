"""The rules of ingest."""
