"""Quarantine: rejected rows, their index, and the reports about them."""
