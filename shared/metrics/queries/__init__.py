"""The SQL of metrics: one statement tells both ranges, all buckets, the totals and the records left out."""
