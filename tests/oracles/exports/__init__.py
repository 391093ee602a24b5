"""What a shop itself would report of its export, read from the files by the meaning of their columns."""
