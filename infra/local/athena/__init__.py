"""Athena on DuckDB: a local implementation of Amazon Athena, with its protocol."""
