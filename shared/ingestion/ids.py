"""The ids of batches, which sort as the batches were made."""

import secrets
from datetime import datetime


def new_batch_id(at: datetime) -> str:
    """Milliseconds since 1970 and 64 random bits, in hexadecimal."""
    return f"batch-{int(at.timestamp() * 1000):012x}{secrets.token_hex(8)}"


def to_the_millisecond(at: datetime) -> datetime:
    """A moment as it is kept everywhere: without microseconds."""
    return at.replace(microsecond=at.microsecond // 1000 * 1000)
