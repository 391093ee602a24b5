"""Business metrics."""
