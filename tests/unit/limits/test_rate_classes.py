"""Every request falls under the rate class that docs/contracts.md lists."""

import json
from typing import Any

import pytest

from shared.limits.classes import HOUR, MINUTE, RateClasses, Subject, UnknownRateClass
from shared.runtime.dialects import Dialect
from shared.runtime.settings import Settings

C, F = Dialect.COMMERCE, Dialect.FRAUD
BASE = "/api/v1"


@pytest.mark.parametrize(
    ("method", "path", "dialect", "limit", "window", "subject"),
    [
        ("POST", "/ingest/batch", C, 1000, HOUR, Subject.API_KEY),
        ("GET", "/dashboards", C, 1000, HOUR, Subject.API_KEY),
        ("GET", "/anything/of/tomorrow", C, 1000, HOUR, Subject.API_KEY),
        ("GET", "/analytics/metrics", C, 500, HOUR, Subject.API_KEY),
        ("GET", "/analytics/customers/c-1", C, 500, HOUR, Subject.API_KEY),
        ("POST", "/ingest/stream", C, 10_000, HOUR, Subject.API_KEY),
        ("GET", "/analytics/metrics", F, 100, MINUTE, Subject.USER),
        ("GET", "/analytics/export", F, 100, MINUTE, Subject.USER),
        ("POST", "/analytics/export", F, 10, HOUR, Subject.USER),
        ("GET", "/analytics/replay/scenarios", F, 100, MINUTE, Subject.USER),
        ("POST", "/analytics/replay/scenarios", F, 5, HOUR, Subject.USER),
        ("POST", "/analytics/replay/scenarios/s-1/run", F, 5, HOUR, Subject.USER),
        ("POST", "/analytics/replay/scenarios/s-1/cancel", F, 100, MINUTE, Subject.USER),
    ],
)
def test_a_request_falls_under_the_limit_of_its_route_and_dialect(  # noqa: PLR0913, PLR0917 # a row of the table
    method: str, path: str, dialect: Dialect, limit: int, window: int, subject: Subject
) -> None:
    found = RateClasses().of(f"{method} {BASE}{path}", dialect)

    assert (found.limit, found.window_seconds, found.subject) == (limit, window, subject)


def test_scenarios_and_their_runs_are_counted_apart() -> None:
    classes = RateClasses()

    made = classes.of(f"POST {BASE}/analytics/replay/scenarios", F)
    run = classes.of(f"POST {BASE}/analytics/replay/scenarios/s-1/run", F)

    assert made.name != run.name


def test_a_limit_is_configuration() -> None:
    told = {"general": {"limit": 7, "window_seconds": 60}, "fraud": {"limit": 8}}
    settings = Settings.from_environment({"TALLY_RATE_LIMIT_OVERRIDES": json.dumps(told)})

    classes = RateClasses.configured(settings.rate_limits)

    general, fraud = classes.of(f"GET {BASE}/x", C), classes.of(f"GET {BASE}/x", F)
    assert (general.limit, general.window_seconds) == (7, 60)
    assert (fraud.limit, fraud.window_seconds) == (8, MINUTE)
    assert classes.of(f"GET {BASE}/analytics/x", C).limit == 500


@pytest.mark.parametrize(
    "changes",
    [
        {"genral": {"limit": 7}},
        {"general": {"limits": 7}},
        {"general": {"limit": 0}},
        {"general": {"limit": "many"}},
        {"general": {"limit": True}},
        {"general": {"subject": "user"}},
    ],
)
def test_a_configuration_that_means_nothing_is_refused(changes: dict[str, dict[str, Any]]) -> None:
    with pytest.raises(UnknownRateClass):
        RateClasses.configured(changes)
