"""The maintenance of tables."""
