"""How much a caller may ask: rate classes as data, and the counters behind them (resolutions § 6)."""
