"""Explanations: units, attributions, drivers."""
