"""Requests that may be sent twice and happen once: `Idempotency-Key` on routes that create."""
