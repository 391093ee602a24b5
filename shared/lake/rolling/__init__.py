"""What roll-ups are computed with, a noun each."""
