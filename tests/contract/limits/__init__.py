"""Limits and the counters behind them."""
