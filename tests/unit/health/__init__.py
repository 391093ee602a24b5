"""The health checks without AWS."""
