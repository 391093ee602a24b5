"""The SQL of metrics: one statement returns both ranges with buckets, totals and excluded records."""
