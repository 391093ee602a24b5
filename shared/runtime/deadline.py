"""Timeouts and deadlines: nothing waits longer than its caller does."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

_ENDS_AT: ContextVar[float | None] = ContextVar("ends_at", default=None)


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Limit all waits inside to so many seconds from now, or to an earlier outer deadline."""
    outer, ends_at = _ENDS_AT.get(), time.monotonic() + seconds
    token = _ENDS_AT.set(ends_at if outer is None else min(outer, ends_at))
    try:
        yield
    finally:
        _ENDS_AT.reset(token)


@dataclass(frozen=True, kw_only=True)
class Timeout:
    """The longest wait for something, and the intervals at which it is polled, in seconds."""

    seconds: float
    first_wait: float = 0.01
    longest_wait: float = 0.5
    growth: float = 1.5

    @property
    def remaining(self) -> float:
        """The timeout, or the time until the deadline if that is shorter."""
        ends_at = _ENDS_AT.get()
        return self.seconds if ends_at is None else max(0.0, min(self.seconds, ends_at - time.monotonic()))

    def poll(self) -> Iterator[None]:
        """Yield at once, then after growing waits, until the timeout."""
        deadline, wait = time.monotonic() + self.remaining, self.first_wait
        yield
        while time.monotonic() + wait <= deadline:
            time.sleep(wait)
            yield
            wait = min(wait * self.growth, self.longest_wait)
