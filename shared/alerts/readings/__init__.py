"""Readers of the values of metrics, one for each kind, over the reports that have them."""
