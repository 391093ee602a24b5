"""Who may come in, without AWS."""
