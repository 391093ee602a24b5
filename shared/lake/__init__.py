"""The lake: where objects lie, what their columns are, and how partitions are merged and rolled up."""
