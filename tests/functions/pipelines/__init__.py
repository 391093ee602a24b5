"""The route of the health of pipelines."""
