"""WebSocket connections: who is connected, messages to them, and the log of events that they may have missed."""
