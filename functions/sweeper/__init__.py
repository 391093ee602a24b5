"""Completes deliveries that a crash interrupted."""
