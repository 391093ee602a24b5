"""Statistics that more than one part of the platform tells its findings by."""
