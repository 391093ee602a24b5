"""Conversion of a real clickstream: sessions and purchases are those of the tables that its authors expect."""

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

import pandas as pd
import pytest

from shared.records.schema import DataType
from tests.functions.metrics.lake import STAMP, TestLake
from tests.oracles.metrics import clickstream
from tests.oracles.metrics.asked import Asked, answer, numbers
from tests.oracles.metrics.conftest import Ask
from tests.oracles.metrics.retail import lake_table
from tests.snowplow import needs_snowplow
from tests.tiers import one_in

pytestmark = needs_snowplow

ZONES = ("UTC", "Europe/Athens", "Asia/Kolkata", "America/St_Johns")
CATEGORIES: Sequence[list[str]] = ([], ["Cloth"], ["Hats", "Beanies"], [], ["unheard of"])
RANGES = {
    "hourly": ("2022-11-27", "2022-12-01"),
    "daily": ("2022-10-25T07:52", "2022-11-29T12:57"),
    "weekly": ("2022-11-15T12:00", "2022-12-31"),
    "monthly": ("2022-11-01", "2023-01-01"),
    "quarterly": ("2022-07-01", "2023-01-01"),
}


@pytest.fixture(scope="module")
def sessions(lake: TestLake) -> Any:
    """The expected values of the sessions whose events are in the lake."""
    lake.keep_table(DataType.EVENTS, lake_table(DataType.EVENTS, clickstream.events(), STAMP))
    return clickstream.sessions()


def asked(granularity: str, **changes: Any) -> Asked:
    start, end = (pd.Timestamp(edge, tz="UTC") for edge in RANGES[granularity])
    return Asked(metric="conversion", aggregation="avg", granularity=granularity, start=start, end=end, **changes)


def _questions() -> Iterator[Asked]:
    for turn, (granularity, zone) in enumerate(product(RANGES, ZONES)):
        categories = CATEGORIES[turn % len(CATEGORIES)]
        yield asked(granularity, zone=zone, filters={"product_category": categories} if categories else {})


def _name(asked: Asked) -> str:
    return f"{asked.granularity}-{asked.zone}-{len(asked.filters)}"


@pytest.mark.parametrize("question", one_in(3, _questions()), ids=_name)
def test_every_rate_equals_the_expected_tables(ask: Ask, sessions: Any, question: Asked) -> None:
    data = ask(question)

    current, previous = clickstream.told(sessions, question), clickstream.told(sessions, question.previous)
    assert numbers(data) == answer(current, previous)


def test_sessions_and_purchasing_sessions_are_counted_as_expected(ask: Ask, sessions: Any) -> None:
    data = ask(asked("quarterly"))

    (point,) = (each for each in data["data"] if each["timestamp"].startswith("2022-10-01"))
    assert len(sessions) == 63
    assert point["additional_metrics"] == {"sessions": 63, "purchasing_sessions": int(sessions.bought.sum())}
    assert data["metadata"]["total_records"] == len(clickstream.events())


@pytest.mark.parametrize(("channel", "region", "count"), [("mob", "CZ", 1), ("web", "GR", 62), ("mob", "GR", 0)])
def test_sessions_are_kept_by_channel_and_region(
    ask: Ask, sessions: Any, channel: str, region: str, count: int
) -> None:
    data = ask(asked("quarterly", filters={"channel": [channel], "region": [region]}))

    assert sum(point["additional_metrics"]["sessions"] for point in data["data"]) == count <= len(sessions)
