"""How products perform, held against what others compute of real data."""
