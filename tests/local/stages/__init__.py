"""The commands that also work on stages in AWS."""
