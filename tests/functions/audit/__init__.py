"""The audit log route."""
