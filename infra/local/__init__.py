"""The laptop: the emulator, the same deploy, Athena on DuckDB and the front door."""
