"""Retries wait longer and longer, at random, and end with the tries or with the time for the answer."""

from shared.runtime.deadline import deadline
from shared.runtime.retries import retry


def test_there_are_as_many_attempts_as_configured_with_waits_between() -> None:
    waits: list[float] = []

    tries = sum(1 for _ in retry(5, sleep=waits.append))

    assert tries == 5
    assert len(waits) == 4


def test_wait_bounds_double_up_to_the_maximum() -> None:
    longest = [0.0] * 5
    for _ in range(200):
        waits: list[float] = []
        for _ in retry(6, first_wait=1, longest_wait=8, sleep=waits.append):
            pass
        longest = [max(pair) for pair in zip(longest, waits, strict=True)]

    assert all(wait <= bound for wait, bound in zip(longest, (1, 2, 4, 8, 8), strict=True))
    assert all(wait > bound / 2 for wait, bound in zip(longest, (1, 2, 4, 8, 8), strict=True))


def test_there_is_no_wait_after_a_success() -> None:
    waits: list[float] = []

    for _ in retry(5, sleep=waits.append):
        break

    assert waits == []


def test_a_response_that_is_due_leaves_one_attempt() -> None:
    waits: list[float] = []

    with deadline(0):
        tries = sum(1 for _ in retry(5, sleep=waits.append))

    assert (tries, waits) == (1, [])
