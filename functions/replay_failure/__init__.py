"""The step after a failure of a replay run: says why it failed."""
