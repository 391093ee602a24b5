"""Ids of batches; they sort in the order of creation."""

import secrets
from datetime import datetime


def new_batch_id(at: datetime) -> str:
    """Return an id of milliseconds since 1970 and 64 random bits, in hexadecimal."""
    return f"batch-{int(at.timestamp() * 1000):012x}{secrets.token_hex(8)}"


def truncate_to_milliseconds(at: datetime) -> datetime:
    """Truncate a time to milliseconds, the precision of all stored times."""
    return at.replace(microsecond=at.microsecond // 1000 * 1000)
