"""Administration of any stage from the command line: keys, audit, rates, customers, roll-ups."""
