"""The decision policy in force, which decision engines poll, and its former versions."""
