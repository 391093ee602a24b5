"""Experiments: their definition, their states, their results, and the promotion of a variant."""
