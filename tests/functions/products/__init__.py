"""The product route over a lake in moto."""
