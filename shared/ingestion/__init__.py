"""Ingest: from a request or a stream to incoming rows, and the ledger that accounts for every one of them."""
