"""Notifications: addresses, signatures, retries."""
