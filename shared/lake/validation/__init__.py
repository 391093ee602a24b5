"""Validation of rows as Arrow columns, with a row-by-row fallback for values that columns cannot decide."""
