"""Small inputs with the right answers, from the batch to the report."""
