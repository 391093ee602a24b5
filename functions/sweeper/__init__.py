"""Finishes what a crash left half-way."""
