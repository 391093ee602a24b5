"""The routes of the configuration of fraud analytics."""
