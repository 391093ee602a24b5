"""The vocabulary of quality checks, as data.

A check applies only to rows that have all fields it compares; other rows neither pass nor fail.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class QualityDimension(StrEnum):
    """The six quality dimensions."""

    COMPLETENESS = "completeness"
    VALIDITY = "validity"
    CONSISTENCY = "consistency"
    ACCURACY = "accuracy"
    UNIQUENESS = "uniqueness"
    TIMELINESS = "timeliness"


@dataclass(frozen=True, kw_only=True)
class Check:
    """A rule for valid rows: its name, and what to do if it fails.

    A failing row is `wrong`, or only poor: if something is missing, or if rows contradict each other and none is known
    to be wrong.
    """

    name: str
    action: str
    wrong: bool = True


@dataclass(frozen=True, kw_only=True)
class Within(Check):
    """A number is between two bounds, inclusive."""

    field: str
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, kw_only=True)
class NotAbove(Check):
    """A value is at most another of the same kind."""

    field: str
    other: str


@dataclass(frozen=True, kw_only=True)
class NotAboveProduct(Check):
    """The absolute value of an amount is at most that of the product of two others."""

    field: str
    factors: tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class Ratio(Check):
    """A number is at most a multiple of another, if that is positive."""

    field: str
    to: str
    at_most: int


@dataclass(frozen=True, kw_only=True)
class SoonAfter(Check):
    """A time is at most a duration after another."""

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
    """If a field has one of these values (any value if none are given), another field must be present."""

    field: str
    needs: str
    values: tuple[str | bool, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Implies(Check):
    """If a field has this value, another has that one or none."""

    field: str
    value: str
    other: str
    other_value: str


@dataclass(frozen=True, kw_only=True)
class FunctionallyDependent(Check):
    """Rows of a delivery with equal values in one field have equal values in another; otherwise each of them fails."""

    of: str
    field: str


@dataclass(frozen=True, kw_only=True)
class CheckSuite:
    """The quality checks of a data type.

    `expected`: optional fields that a record should have; `dated_by` and `on_time`: the field with the time of a row,
    and the longest delay until its arrival.
    """

    expected: tuple[str, ...]
    consistency: tuple[Check, ...]
    accuracy: tuple[Check, ...]
    dated_by: str | None = None
    on_time: timedelta = timedelta(hours=24)

    @property
    def errors(self) -> frozenset[str]:
        """The checks, each with its dimension, that make a row wrong."""
        return frozenset(f"{name}.{check.name}" for name, checks in self.checks for check in checks if check.wrong)

    @property
    def checks(self) -> tuple[tuple[QualityDimension, tuple[Check, ...]], ...]:
        """The declared checks by dimension."""
        return ((QualityDimension.CONSISTENCY, self.consistency), (QualityDimension.ACCURACY, self.accuracy))
