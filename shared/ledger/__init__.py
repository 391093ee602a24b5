"""The ledger: what became of every row of every delivery, and the reports about it."""
