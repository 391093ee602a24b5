"""Statistics that findings are told by."""
