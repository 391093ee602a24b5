"""The stores and the poster of WebSocket connections."""
