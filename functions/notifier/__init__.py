"""Delivers notifications to the topic and to webhooks."""
