"""The last step of a replay run: the totals of all slices, and the results."""
