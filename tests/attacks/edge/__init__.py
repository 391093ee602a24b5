"""Attacks on the edge of the platform: its front door, its handshakes, and what browsers may do with its answers."""
