"""Product performance."""
