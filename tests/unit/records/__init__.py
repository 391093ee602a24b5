"""The record schemas and their validation."""
