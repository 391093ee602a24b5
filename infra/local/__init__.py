"""The laptop: the command line, the host of a local stage, and local implementations of AWS services."""
