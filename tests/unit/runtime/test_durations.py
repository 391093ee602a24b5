"""Durations in JSON: read within limits, written in days, hours, minutes and seconds."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.runtime.durations import DurationBetween, iso_8601

ANY = DurationBetween(timedelta(), timedelta(days=999))


@given(st.integers(0, 999 * 86_400))
def test_a_duration_is_read_as_it_is_written(seconds: int) -> None:
    span = timedelta(seconds=seconds)

    assert ANY.read(iso_8601(span)) == span


@pytest.mark.parametrize("text", ["", "P", "PT", "1D", "P1Y", "P1M", "-P1D", "PT1.5H", "P1DT", 60, None])
def test_what_is_no_duration_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match="must be an ISO 8601 duration"):
        ANY.read(text)


def test_a_duration_lies_between_its_limits() -> None:
    hours = DurationBetween(timedelta(hours=1), timedelta(hours=2))

    assert hours.read("PT2H") == timedelta(hours=2)
    with pytest.raises(ValueError, match="must be between PT1H and PT2H"):
        hours.read("PT2H1S")
