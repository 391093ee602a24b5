"""Notices changes of the health of pipelines."""
