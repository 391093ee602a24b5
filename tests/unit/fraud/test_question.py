"""Questions about decisions: what counts, and under what an answer is cached."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.fraud.cohort_ids import Dimension
from shared.fraud.lake_reader import Asked, Part, ask_all
from shared.fraud.planner import read_counts, whole
from shared.fraud.queries.counts import counts
from shared.fraud.queries.late_fraud import curve, missed
from shared.fraud.question import FraudQuestion, LabelKind
from shared.fraud.steps import Span
from shared.metrics.facts import Grain
from shared.runtime.query_fields import LONGEST_VALUE, MOST_VALUES

NOW = datetime(2026, 11, 29, 17, 20, 33, 123_000, tzinfo=UTC)
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
LONGEST_QUERY, ROOM_FOR_FILTERS = 262_144, 2 * MOST_VALUES * LONGEST_VALUE
"""Bytes that Athena accepts, and those of the longest filter in a script with two bytes a letter."""


def asked(
    at: datetime = NOW, *, start: datetime = NOW - 30 * DAY, end: datetime = NOW, **fields: object
) -> FraudQuestion:
    """A question about the present, or another one."""
    young = {LabelKind.FRAUD: at - 3 * DAY, LabelKind.CHARGEBACK: at - 5 * DAY}
    plain = FraudQuestion(
        span=Span(start, end),
        as_of=at,
        is_current=True,
        horizon=45 * DAY,
        young_since=young,
        dimension=Dimension.CHANNEL,
    )
    return plain if not fields else FraudQuestion(**{**vars(plain), **fields})


def _statements(question: FraudQuestion) -> list[object]:
    identity = question.identity
    return [
        counts(identity, read_counts(identity), currency="USD", has_labels=True),
        curve(identity.for_all, {}, has_labels=True),
        missed(identity, {}, currency="USD", has_labels=True),
    ]


def test_questions_of_one_minute_have_one_cached_answer() -> None:
    span = {"start": NOW - 90 * DAY, "end": NOW + DAY}

    first, later, next_minute = (asked(NOW + seconds * SECOND, **span) for seconds in (0, 20, 40))

    assert _statements(first) == _statements(later)
    assert all(one != other for one, other in zip(_statements(first), _statements(next_minute), strict=True))


def test_a_question_of_an_earlier_time_is_cached_under_that_time() -> None:
    assert asked(is_current=False).identity == asked(is_current=False)


def test_decisions_up_to_the_time_of_the_question_count() -> None:
    assert whole(asked(end=NOW + DAY)).end == NOW + timedelta(milliseconds=1)
    assert whole(asked(end=NOW - DAY)).end == NOW - DAY
    assert whole(asked(start=NOW + DAY, end=NOW + 2 * DAY)).end == NOW + DAY  # nothing yet


@pytest.mark.parametrize(
    ("fields", "grain"),
    [
        ({}, Grain.DAY),
        ({"is_current": False}, None),
        ({"investigation_id": "i-1"}, None),
    ],
)
def test_only_questions_about_all_decisions_of_the_present_read_roll_ups(
    fields: dict[str, Any], grain: Grain | None
) -> None:
    assert read_counts(asked(start=NOW - 90 * DAY, **fields)).grain is grain


def test_the_units_of_maturity_and_of_too_young_ages_are_read_from_the_base() -> None:
    midnight = NOW.replace(hour=0, minute=0, second=0, microsecond=0)
    question = asked(start=midnight - 90 * DAY, end=midnight + DAY)

    base = read_counts(question, {f"{midnight - 20 * DAY:%Y-%m-%d}": 0}).parts.base

    assert [(midnight - each.start) // DAY for each in base] == [45, 20, 5, 3, 0]
    assert {each.end - each.start for each in base[:-1]} == {DAY}


def test_the_longest_statement_fits_into_a_query_of_athena() -> None:
    long_ago = NOW - 1500 * DAY
    question = asked(start=long_ago, horizon=365 * DAY, dimension=None)
    dirty = {f"{long_ago + 2 * number * DAY:%Y-%m-%d}": 0 for number in range(750)}

    queries = ask_all(Asked(question, dirty, has_labels=True, currency="USD", newest=whole(question)), list(Part))

    assert len(queries.text) < LONGEST_QUERY - ROOM_FOR_FILTERS
