"""Tables of the lake: snapshots that are read, and commits that replace them."""
