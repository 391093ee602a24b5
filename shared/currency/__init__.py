"""Reference rates: dated, kept as they were loaded, and what amounts of other currencies are converted by."""
