"""Experiments: variants of decision policies, how they compare, and the promotion of one of them."""
