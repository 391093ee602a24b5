"""Stores WebSocket connections."""
