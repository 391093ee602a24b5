"""Whether the platform can answer: which of the things it stands on answer now."""
