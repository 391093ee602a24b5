"""The customer routes and the schedule behind them, over a lake."""
