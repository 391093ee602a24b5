"""The rate classes: the number of requests per window, and the subject they are counted for."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from shared.runtime.dialects import Dialect

if TYPE_CHECKING:
    from shared.auth.models import Caller

MINUTE, HOUR = 60, 3600


class Subject(StrEnum):
    """The subject for which a class counts requests."""

    API_KEY = "api_key"
    USER = "user"


@dataclass(frozen=True, kw_only=True)
class RateClass:
    """A number of requests per window and subject, for requests in one dialect."""

    name: str
    dialect: Dialect
    limit: int
    window_seconds: int
    subject: Subject

    def subject_of(self, caller: "Caller") -> str:
        """Return the subject of a caller for which requests are counted."""
        return caller.key_id if self.subject is Subject.API_KEY else caller.subject


def _commerce(name: str, limit: int) -> RateClass:
    return RateClass(name=name, dialect=Dialect.COMMERCE, limit=limit, window_seconds=HOUR, subject=Subject.API_KEY)


def _fraud(name: str, limit: int, window_seconds: int) -> RateClass:
    return RateClass(name=name, dialect=Dialect.FRAUD, limit=limit, window_seconds=window_seconds, subject=Subject.USER)


STREAMING = _commerce("streaming", 10_000)
ANALYTICS = _commerce("analytics", 500)
GENERAL = _commerce("general", 1000)
EXPORT = _fraud("export", 10, HOUR)
REPLAY_SCENARIOS = _fraud("replay_scenarios", 5, HOUR)
REPLAY_RUNS = _fraud("replay_runs", 5, HOUR)
FRAUD = _fraud("fraud", 100, MINUTE)

RATE_CLASSES = (STREAMING, ANALYTICS, GENERAL, EXPORT, REPLAY_SCENARIOS, REPLAY_RUNS, FRAUD)
_GENERAL = {Dialect.COMMERCE: GENERAL, Dialect.FRAUD: FRAUD}


class UnknownRateClass(LookupError):
    """The configuration names a rate class or a property that does not exist."""


@dataclass(frozen=True)
class RateClasses:
    """The classes in force."""

    classes: tuple[RateClass, ...] = RATE_CLASSES

    @classmethod
    def configured(cls, changes: Mapping[str, Mapping[str, Any]]) -> "RateClasses":
        """Return the classes with changed limits or windows: `{"general": {"limit": 5000, "window_seconds": 60}}`.

        Raises:
            UnknownRateClass: a class or property does not exist, or a number is not above zero.
        """
        known = {each.name for each in RATE_CLASSES}
        if unknown := changes.keys() - known:
            raise UnknownRateClass(f"unknown rate classes {sorted(unknown)}; expected {sorted(known)}")
        return cls(tuple(replace(each, **_check(each.name, changes.get(each.name, {}))) for each in RATE_CLASSES))

    def of(self, declared: RateClass | None, dialect: Dialect) -> RateClass:
        """Return the class in force for a request: that declared by its route, else the general class of its dialect.

        A route of both contracts declares a class for one dialect; requests in the other use the general class.
        """
        chosen = declared if declared is not None and declared.dialect is dialect else _GENERAL[dialect]
        return next(each for each in self.classes if each.name == chosen.name)


def _check(name: str, changes: Mapping[str, Any]) -> Mapping[str, Any]:
    for key, value in changes.items():
        if key not in {"limit", "window_seconds"} or type(value) is not int or value < 1:
            raise UnknownRateClass(
                f"{name}.{key} = {value!r} is invalid; a class has a limit and window_seconds, both greater than zero"
            )
    return changes
