"""The stream's consumer."""
