"""Athena on DuckDB."""
