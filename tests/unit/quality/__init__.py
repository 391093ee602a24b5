"""The rules of quality, on rows and on counts."""
