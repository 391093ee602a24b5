"""Rules and models: no AWS, no sockets."""
