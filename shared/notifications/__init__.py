"""Notifications of changes: the outbox, signed webhooks and the topic."""
