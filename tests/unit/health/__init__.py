"""What health is told from."""
