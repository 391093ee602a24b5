"""Rules about reference rates."""
