"""Merges what waits in incoming/."""
