"""The lake: storage layout, tables, validation into columns, merging, and roll-ups."""
