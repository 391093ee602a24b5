"""Roll-ups: what is aggregated for each day of a table, and when it is written."""
