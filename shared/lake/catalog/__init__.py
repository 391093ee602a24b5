"""The tables of the lake as Glue knows them, and the version of each."""
