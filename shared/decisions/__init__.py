"""The index of fraud decisions by id, which labels are joined with."""
