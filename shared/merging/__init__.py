"""The merge function: partitions with incoming rows are merged, and what follows is published."""
