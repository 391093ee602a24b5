"""HTTP routing and the composition root, without AWS."""
