"""The Glue tables of the lake, and their versions."""
