"""Sends messages to WebSocket connections."""
