"""The first step of a replay run: the decisions of the window by slice, and what all slices share."""
