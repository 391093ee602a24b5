"""When failed deliveries are repeated."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from shared.notifications.retries import GIVEN_UP_AFTER, MOST_ATTEMPTS, next_attempt
from tests.fakes.records import NOW


def longest(_: float, most: float) -> float:
    return most


def test_waits_double_from_half_a_minute_to_an_hour() -> None:
    waits = [next_attempt(NOW, attempts, NOW, longest) for attempts in (1, 2, 3, 7, 8, 9, 10_000)]

    assert [round((each - NOW).total_seconds()) for each in waits if each] == [30, 60, 120, 1920, 3600, 3600, 3600]


@given(st.floats(0.5, 1.0))
def test_a_random_half_of_each_wait_is_left_out(share: float) -> None:
    due = next_attempt(NOW, 3, NOW, lambda low, high: low + (share - 0.5) / 0.5 * (high - low))

    assert due is not None
    assert timedelta(seconds=60) <= due - NOW <= timedelta(seconds=120)


@given(st.lists(st.floats(0.5, 1.0), min_size=MOST_ATTEMPTS, max_size=MOST_ATTEMPTS))
def test_a_delivery_is_tried_for_a_day_and_given_up_before_the_bound_on_attempts(shares: list[float]) -> None:
    now, attempts = NOW, 1
    draws = iter(shares)
    while (due := next_attempt(NOW, attempts, now, lambda _, __: next(draws))) is not None:
        now, attempts = due, attempts + 1

    assert attempts < MOST_ATTEMPTS
    assert GIVEN_UP_AFTER - timedelta(hours=1) <= now - NOW < GIVEN_UP_AFTER
