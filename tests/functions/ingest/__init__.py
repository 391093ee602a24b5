"""The ingest routes."""
