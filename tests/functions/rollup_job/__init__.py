"""The roll-up job."""
