"""Finds out what changes mean for connected clients."""
