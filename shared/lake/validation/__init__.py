"""Validation of rows as columns: fast where a column decides, row by row where it cannot."""
