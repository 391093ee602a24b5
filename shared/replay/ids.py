"""Ids of scenarios and runs, in the order of the times at which they are made."""

from datetime import datetime
from uuid import uuid4

from shared.runtime.models import utc

ID = "^[0-9]{8}T[0-9]{9}-[0-9a-f]{8}$"
"""The pattern of ids."""


def new_id(at: datetime) -> str:
    """Return an id that no other scenario or run has: the time to the millisecond, and 32 random bits."""
    return f"{utc(at):%Y%m%dT%H%M%S}{utc(at).microsecond // 1000:03}-{uuid4().hex[:8]}"
