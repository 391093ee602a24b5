"""How answers are served, through the functions that give them."""
