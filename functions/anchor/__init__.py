"""The schedule that anchors the audit log."""
