"""The rules of a source's status."""
