"""Batches in one request: submission, status, row errors and lifecycle."""
