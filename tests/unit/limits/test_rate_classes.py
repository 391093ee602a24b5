"""Every request falls under the rate class that docs/contracts.md lists."""

import json
from typing import Any

import pytest

from shared.limits.classes import (
    ANALYTICS,
    EXPORT,
    HOUR,
    MINUTE,
    RATE_CLASSES,
    REPLAY_RUNS,
    REPLAY_SCENARIOS,
    STREAMING,
    RateClass,
    RateClasses,
    Subject,
    UnknownRateClass,
)
from shared.runtime.dialects import Dialect
from shared.runtime.settings import Settings

C, F = Dialect.COMMERCE, Dialect.FRAUD


@pytest.mark.parametrize(
    ("declared", "dialect", "limit", "window", "subject"),
    [
        (None, C, 1000, HOUR, Subject.API_KEY),
        (ANALYTICS, C, 500, HOUR, Subject.API_KEY),
        (STREAMING, C, 10_000, HOUR, Subject.API_KEY),
        (None, F, 100, MINUTE, Subject.USER),
        (ANALYTICS, F, 100, MINUTE, Subject.USER),
        (EXPORT, F, 10, HOUR, Subject.USER),
        (EXPORT, C, 1000, HOUR, Subject.API_KEY),
        (REPLAY_SCENARIOS, F, 5, HOUR, Subject.USER),
        (REPLAY_RUNS, F, 5, HOUR, Subject.USER),
    ],
)
def test_a_request_is_in_the_declared_class_of_its_dialect_or_in_the_general_one(
    declared: RateClass | None, dialect: Dialect, limit: int, window: int, subject: Subject
) -> None:
    found = RateClasses().of(declared, dialect)

    assert (found.limit, found.window_seconds, found.subject) == (limit, window, subject)


def test_each_class_has_its_own_counter() -> None:
    assert len({each.name for each in RATE_CLASSES}) == len(RATE_CLASSES)


def test_a_limit_is_configurable() -> None:
    told = {"general": {"limit": 7, "window_seconds": 60}, "fraud": {"limit": 8}}
    settings = Settings.from_environment({"TALLY_RATE_LIMIT_OVERRIDES": json.dumps(told)})

    classes = RateClasses.configured(settings.rate_limits)

    general, fraud = classes.of(None, C), classes.of(None, F)
    assert (general.limit, general.window_seconds) == (7, 60)
    assert (fraud.limit, fraud.window_seconds) == (8, MINUTE)
    assert classes.of(ANALYTICS, C).limit == 500


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
def test_an_invalid_configuration_is_refused(changes: dict[str, dict[str, Any]]) -> None:
    with pytest.raises(UnknownRateClass):
        RateClasses.configured(changes)
