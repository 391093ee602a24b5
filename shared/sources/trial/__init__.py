"""Tries a configuration before it is saved: what could not be applied to a record is an error of one of its fields."""
