"""Rejected rows as objects of the lake, and batches of them for redrive."""
