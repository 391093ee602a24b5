"""Rate limits: rate classes as data, and their counters (docs/contracts.md)."""
