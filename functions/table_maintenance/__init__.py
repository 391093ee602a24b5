"""The schedule that maintains the tables of the lake."""
