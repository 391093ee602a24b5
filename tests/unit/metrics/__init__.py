"""The pure rules of metrics."""
