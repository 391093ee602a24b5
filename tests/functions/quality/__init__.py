"""The data quality route, over delivered rows."""
