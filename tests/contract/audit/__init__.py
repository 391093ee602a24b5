"""Contract tests of the audit log."""
