"""Business metrics: declarations, query planning, SQL and responses."""
