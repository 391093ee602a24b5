"""Retries of changes that race: after ever longer random waits, and never past the time that the answer is due."""

import random
import time
from collections.abc import Callable, Iterator
from math import inf

from shared.runtime.deadline import Timeout

_ANSWER = Timeout(seconds=inf)


def retry(
    tries: int, *, first_wait: float = 0.01, longest_wait: float = 5.0, sleep: Callable[[float], None] = time.sleep
) -> Iterator[None]:
    """Yield at once, then once after each wait; the caller leaves the loop once it has succeeded.

    Waits are drawn from 0 up to a bound that doubles ("full jitter"), so that writers that met do not meet again. The
    loop ends early where the next wait could outlast the answer (`deadline`).

    Args:
        tries: how many times it yields at most.
        first_wait: bound of the first wait, in seconds.
        longest_wait: bound of every wait, in seconds.
        sleep: waits for so many seconds.
    """
    yield
    for attempt in range(tries - 1):
        wait = random.uniform(0, min(longest_wait, first_wait * 2**attempt))  # noqa: S311 # spreads load, keeps no secret
        if wait >= _ANSWER.remaining:
            return
        sleep(wait)
        yield
