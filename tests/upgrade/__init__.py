"""What an older version wrote is still read."""
