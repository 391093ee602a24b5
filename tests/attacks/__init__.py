"""Attacks by kind: each is repelled for every caller."""
