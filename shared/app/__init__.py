"""The building blocks of functions: the composition root, HTTP routing and its middleware."""
