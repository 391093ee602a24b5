"""What functions are built from: the composition root, HTTP routing and its middleware."""
