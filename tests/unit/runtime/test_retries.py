"""Retries wait longer and longer, at random, and end with the tries or with the time for the answer."""

from shared.runtime.deadline import deadline
from shared.runtime.retries import retry


def test_there_are_as_many_tries_as_wanted_with_a_wait_between_two() -> None:
    waits: list[float] = []

    tries = sum(1 for _ in retry(5, sleep=waits.append))

    assert tries == 5
    assert len(waits) == 4


def test_waits_are_below_bounds_that_double_up_to_the_longest() -> None:
    longest = [0.0] * 5
    for _ in range(200):
        waits: list[float] = []
        for _ in retry(6, first_wait=1, longest_wait=8, sleep=waits.append):
            pass
        longest = [max(pair) for pair in zip(longest, waits, strict=True)]

    assert all(wait <= bound for wait, bound in zip(longest, (1, 2, 4, 8, 8), strict=True))
    assert all(wait > bound / 2 for wait, bound in zip(longest, (1, 2, 4, 8, 8), strict=True))


def test_nothing_is_waited_for_after_a_success() -> None:
    waits: list[float] = []

    for _ in retry(5, sleep=waits.append):
        break

    assert waits == []


def test_an_answer_that_is_due_leaves_one_try() -> None:
    waits: list[float] = []

    with deadline(0):
        tries = sum(1 for _ in retry(5, sleep=waits.append))

    assert (tries, waits) == (1, [])
