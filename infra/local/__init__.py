"""The laptop: the command line, the host of a local stage, and what stands in for AWS around it."""
