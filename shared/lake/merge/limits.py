"""How much one pass of a merge takes, so that it fits into the memory and the time of a function."""

MOST_ROWS = 100_000
"""Rows of one pass; a single object may exceed it."""

MAX_BYTES = 64 * 1024 * 1024
"""Size of the objects of one pass, compressed and decoded together, in bytes; a single object may exceed it."""

MOST_OBJECTS = 500
"""Objects of one pass. Each costs a read and a change of the ledger, and a pass that outlasts the function would be
repeated without end."""
