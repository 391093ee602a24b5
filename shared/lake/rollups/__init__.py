"""Roll-ups: what is aggregated for each day of a table, and the history of product costs."""
