"""The rate classes: which routes each is for, how many requests it lets through in a window, and who is counted."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from shared.runtime.dialects import Dialect

if TYPE_CHECKING:
    from shared.auth.models import Caller

MINUTE, HOUR = 60, 3600


class Subject(StrEnum):
    """Whom a class counts."""

    API_KEY = "api_key"
    USER = "user"


@dataclass(frozen=True, kw_only=True)
class RateClass:
    """So many requests of a subject in a window, on the routes of a dialect whose `METHOD path` matches."""

    name: str
    dialect: Dialect
    routes: str = r".*"
    limit: int
    window_seconds: int
    subject: Subject

    def covers(self, route: str, dialect: Dialect) -> bool:
        """Whether a request on a route (`METHOD path`, as the OpenAPI document names it) falls into this class."""
        return dialect is self.dialect and re.fullmatch(self.routes, route) is not None

    def subject_of(self, caller: "Caller") -> str:
        """Who of a caller is counted."""
        return caller.key_id if self.subject is Subject.API_KEY else caller.subject


# The first that covers a request is its class: the special ones stand before the general one of their dialect.
RATE_CLASSES = (
    RateClass(
        name="streaming",
        dialect=Dialect.COMMERCE,
        routes=r"\S+ /api/v1/ingest/stream",
        limit=10_000,
        window_seconds=HOUR,
        subject=Subject.API_KEY,
    ),
    RateClass(
        name="analytics",
        dialect=Dialect.COMMERCE,
        routes=r"\S+ /api/v1/analytics/.*",
        limit=500,
        window_seconds=HOUR,
        subject=Subject.API_KEY,
    ),
    RateClass(name="general", dialect=Dialect.COMMERCE, limit=1000, window_seconds=HOUR, subject=Subject.API_KEY),
    RateClass(
        name="export",
        dialect=Dialect.FRAUD,
        routes=r"POST /api/v1/analytics/export",
        limit=10,
        window_seconds=HOUR,
        subject=Subject.USER,
    ),
    RateClass(
        name="replay_scenarios",
        dialect=Dialect.FRAUD,
        routes=r"POST /api/v1/analytics/replay/scenarios",
        limit=5,
        window_seconds=HOUR,
        subject=Subject.USER,
    ),
    RateClass(
        name="replay_runs",
        dialect=Dialect.FRAUD,
        routes=r"POST /api/v1/analytics/replay/scenarios/[^/]+/run",
        limit=5,
        window_seconds=HOUR,
        subject=Subject.USER,
    ),
    RateClass(name="fraud", dialect=Dialect.FRAUD, limit=100, window_seconds=MINUTE, subject=Subject.USER),
)


class UnknownRateClass(LookupError):
    """The configuration speaks of a rate class that there is not, or of something a class does not have."""


@dataclass(frozen=True)
class RateClasses:
    """The classes in force."""

    classes: tuple[RateClass, ...] = RATE_CLASSES

    @classmethod
    def configured(cls, changes: Mapping[str, Mapping[str, Any]]) -> "RateClasses":
        """The classes with other limits or windows: `{"general": {"limit": 5000, "window_seconds": 60}}`.

        Raises:
            UnknownRateClass: a class or a property that there is not, or a number that is not above zero.
        """
        known = {each.name for each in RATE_CLASSES}
        if unknown := changes.keys() - known:
            raise UnknownRateClass(f"unknown rate classes {sorted(unknown)}; expected {sorted(known)}")
        return cls(tuple(replace(each, **_checked(each.name, changes.get(each.name, {}))) for each in RATE_CLASSES))

    def of(self, route: str, dialect: Dialect) -> RateClass:
        """The class that a request is counted in; the general ones leave none without."""
        return next(each for each in self.classes if each.covers(route, dialect))


def _checked(name: str, changes: Mapping[str, Any]) -> Mapping[str, Any]:
    for key, value in changes.items():
        if key not in {"limit", "window_seconds"} or type(value) is not int or value < 1:
            raise UnknownRateClass(
                f"{name}.{key} = {value!r}is invalid; a class has a limit and window_seconds, both greater than zero"
            )
    return changes
