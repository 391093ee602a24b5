"""The lake: storage layout, tables, validation into columns, merging of partitions, and roll-ups."""
