"""The second step of a replay run: the decisions of a slice, made again."""
