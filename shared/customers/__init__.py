"""Customers: which segment each is in, what each has bought, and what a model expects of each."""
