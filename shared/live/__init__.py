"""Who is connected over WebSockets."""
