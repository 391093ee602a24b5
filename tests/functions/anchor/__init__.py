"""The anchor function of the audit log."""
