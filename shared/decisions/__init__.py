"""The index of fraud decisions by id, which labels are joined with, and the configuration of fraud analytics."""
