"""Judging pipelines without AWS."""
