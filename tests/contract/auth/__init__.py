"""The stores of keys and tokens on what they are made for."""
