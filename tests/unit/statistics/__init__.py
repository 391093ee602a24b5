"""Statistics behind the findings."""
