"""The stores of ingest."""
