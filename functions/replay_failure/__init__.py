"""The step that records why a replay run failed."""
