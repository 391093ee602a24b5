"""Computes answers to questions of widgets that nobody waits for."""
