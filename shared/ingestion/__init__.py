"""Ingestion: deliveries of any kind are validated, loaded into the lake, and quarantined where invalid."""
