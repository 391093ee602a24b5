"""The rows of the result of a metric query: one row per bucket with data."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from pydantic import TypeAdapter

from shared.athena.pinned_queries import PinnedResult
from shared.metrics.facts import Measure


class RangeKind(StrEnum):
    """The range of a row: the requested one, the preceding one, or the time before both."""

    BEFORE = "before"
    PREVIOUS = "previous"
    CURRENT = "current"


@dataclass(frozen=True, kw_only=True)
class MetricRow:
    """The measures of one bucket, or of a whole range if `bucket` is None.

    `bucket` is the bucket's start in local time; `excluded` counts lines without an exchange rate.
    """

    period: RangeKind
    bucket: datetime | None
    excluded: int = 0
    measures: Mapping[Measure, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class GroupRow:
    """The measures of one group, by its label, or of a whole range if `label` is None."""

    period: RangeKind
    label: str | None
    excluded: int = 0
    measures: Mapping[Measure, Decimal] = field(default_factory=dict)


ROWS: TypeAdapter[PinnedResult[Sequence[MetricRow]]] = TypeAdapter(PinnedResult[Sequence[MetricRow]])
"""Serializes rows for the result cache."""

GROUP_ROWS: TypeAdapter[PinnedResult[Sequence[GroupRow]]] = TypeAdapter(PinnedResult[Sequence[GroupRow]])
"""Serializes rows of groups for the result cache."""


def rows(found: Iterable[Mapping[str, Any]]) -> Sequence[MetricRow]:
    """Parse the result of a query; null measures are omitted."""
    return [MetricRow(bucket=row["bucket"], **_measured(row)) for row in found]


def group_rows(found: Iterable[Mapping[str, Any]]) -> Sequence[GroupRow]:
    """Parse the result of a query by the values of a dimension; null measures are omitted."""
    return [GroupRow(label=row["label"], **_measured(row)) for row in found]


def _measured(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "period": RangeKind(row["period"]),
        "excluded": row.get("excluded") or 0,
        "measures": {each: Decimal(row[each]) for each in Measure if row.get(each) is not None},
    }
