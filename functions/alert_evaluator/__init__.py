"""Evaluates alert rules."""
