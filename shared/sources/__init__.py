"""Sources: their directory, their configurations, and the rules of their status."""
