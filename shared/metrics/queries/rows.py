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


ROWS: TypeAdapter[PinnedResult[Sequence[MetricRow]]] = TypeAdapter(PinnedResult[Sequence[MetricRow]])
"""Serializes rows for the result cache."""


def rows(found: Iterable[Mapping[str, Any]]) -> Sequence[MetricRow]:
    """Parse the result of a query; null measures are omitted."""
    return [
        MetricRow(
            period=RangeKind(row["period"]),
            bucket=row["bucket"],
            excluded=row.get("excluded") or 0,
            measures={each: Decimal(row[each]) for each in Measure if row.get(each) is not None},
        )
        for row in found
    ]
