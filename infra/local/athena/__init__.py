"""Athena on DuckDB: the laptop's stand-in for Amazon Athena, spoken to by ordinary clients over its own protocol."""
