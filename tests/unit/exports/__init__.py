"""Exports without AWS."""
