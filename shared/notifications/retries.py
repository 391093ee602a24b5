"""When a failed delivery is tried again. Pure."""

from collections.abc import Callable
from datetime import datetime, timedelta

FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=1)
GIVEN_UP_AFTER = timedelta(days=1)
MOST_ATTEMPTS = 100
"""Deliveries that end the process are not postponed by it; this ends them after some hours."""

Draw = Callable[[float, float], float]
"""Draws a number from a range, such as `random.uniform`."""


def next_attempt(tried_since: datetime, attempts: int, now: datetime, draw: Draw) -> datetime | None:
    """Return when to try again, None to give up.

    The wait doubles from 30 s to 1 h; a random half of it is left out, so that deliveries that failed together do not
    come back together.

    Args:
        tried_since: when the first attempt was due; it is given up a day later.
        attempts: how many have failed, at least 1.
        now: the time of the last failure.
        draw: draws the share of the wait.
    """
    doublings = min(attempts - 1, 10)
    wait = min(FIRST_WAIT * 2**doublings, LONGEST_WAIT) * draw(0.5, 1.0)
    due = now + wait
    return due if due < tried_since + GIVEN_UP_AFTER else None
