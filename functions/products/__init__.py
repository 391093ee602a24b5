"""How products perform."""
