"""What the audit log is told from."""
