"""The SQL of metrics: one statement returns both ranges, all buckets, the totals and the records left out."""
