"""Queries: the Athena client, its SQL, the limit on concurrent queries, and cached results."""
