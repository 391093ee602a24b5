"""The data quality route, over what was delivered."""
