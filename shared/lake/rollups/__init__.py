"""Roll-ups: daily aggregates of the base tables, and the history of product costs."""
