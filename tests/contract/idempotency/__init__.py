"""Claims and their one effect."""
