"""Every rule of the platform, as sentences that can fail."""
