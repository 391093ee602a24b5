"""Sources: the directory of who delivers, their configuration, and the rules of their status."""
