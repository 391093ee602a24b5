"""Waiting for a condition with a bound, since deliveries are merged some time after they are taken."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
_POLL_SECONDS = 0.1


def until(found: Callable[[], T | None], *, seconds: float, what: str) -> T:
    """Return the first truthy result, or fail with a description of the condition."""
    deadline = time.monotonic() + seconds
    while not (it := found()):
        assert time.monotonic() < deadline, f"{what}: not within {seconds} s"
        time.sleep(_POLL_SECONDS)
    return it
