"""The vocabulary in which quality checks are declared: what a row must tell of itself, as data.

A check looks only at rows in which it has something to look at: where a field that it compares is absent, the row is
neither checked nor failed.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class Dimension(StrEnum):
    """The six quality dimensions."""

    COMPLETENESS = "completeness"
    VALIDITY = "validity"
    CONSISTENCY = "consistency"
    ACCURACY = "accuracy"
    UNIQUENESS = "uniqueness"
    TIMELINESS = "timeliness"


@dataclass(frozen=True, kw_only=True)
class Check:
    """One rule that a valid row keeps or breaks: its name, and what to do where it is broken.

    Who breaks it is `wrong`, or only poor: where something is missing, or where rows differ and nobody can say which of
    them is wrong.
    """

    name: str
    action: str
    wrong: bool = True


@dataclass(frozen=True, kw_only=True)
class Within(Check):
    """A number lies between two bounds, both included."""

    field: str
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, kw_only=True)
class NotAbove(Check):
    """A value is at most another of the same kind: numbers, or times."""

    field: str
    other: str


@dataclass(frozen=True, kw_only=True)
class NotAboveProduct(Check):
    """An amount is at most the product of two others, whatever its sign."""

    field: str
    factors: tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class Ratio(Check):
    """A number is at most so many times another, where that is above zero."""

    field: str
    to: str
    at_most: int


@dataclass(frozen=True, kw_only=True)
class SoonAfter(Check):
    """A time lies at most so long after another."""

    field: str
    after: str
    within: timedelta


@dataclass(frozen=True, kw_only=True)
class YearNotAfter(Check):
    """A year is at most that of a time."""

    field: str
    moment: str


@dataclass(frozen=True, kw_only=True)
class Requires(Check):
    """Where a field has one of these values, or any if none are named, another field has a value too."""

    field: str
    needs: str
    values: tuple[str | bool, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Implies(Check):
    """Where a field has this value, another has that one, or none."""

    field: str
    value: str
    other: str
    other_value: str


@dataclass(frozen=True, kw_only=True)
class OneEach(Check):
    """All rows of a delivery that share one field share another; where they do not, each of them fails."""

    of: str
    field: str


@dataclass(frozen=True, kw_only=True)
class Standard:
    """What good rows of a data type are like.

    `expected`: optional fields that a good record has all the same; `dated_by` and `on_time`: which time tells how
    old a row is, and how long after it the row may arrive.
    """

    expected: tuple[str, ...]
    consistency: tuple[Check, ...]
    accuracy: tuple[Check, ...]
    dated_by: str | None = None
    on_time: timedelta = timedelta(hours=24)

    @property
    def wrongs(self) -> frozenset[str]:
        """The checks, each with its dimension, that make a row wrong."""
        return frozenset(f"{name}.{check.name}" for name, checks in self.checks for check in checks if check.wrong)

    @property
    def checks(self) -> tuple[tuple[Dimension, tuple[Check, ...]], ...]:
        """The declared checks by dimension."""
        return ((Dimension.CONSISTENCY, self.consistency), (Dimension.ACCURACY, self.accuracy))
