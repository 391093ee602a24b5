"""Tests of the replay functions."""
