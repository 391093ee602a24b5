"""What a query of metrics is and what comes back: a row for every bucket that has anything."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from pydantic import TypeAdapter

from shared.athena.sql import Statement
from shared.metrics.facts import Measure


@dataclass(frozen=True)
class MetricStatement:
    """A statement and the tables that it reads."""

    statement: Statement
    tables: tuple[str, ...]


class RangeKind(StrEnum):
    """Which of the two ranges a row is about, or whether of what was before both."""

    BEFORE = "before"
    PREVIOUS = "previous"
    CURRENT = "current"


@dataclass(frozen=True, kw_only=True)
class MetricRow:
    """What was added up over one bucket, or over the whole of a span where `bucket` is None.

    `bucket` is the wall clock's name of it; `excluded` are lines of whose currency no rate is known.
    """

    period: RangeKind
    bucket: datetime | None
    excluded: int = 0
    measures: Mapping[Measure, Decimal] = field(default_factory=dict)


ROWS: TypeAdapter[Sequence[MetricRow]] = TypeAdapter(Sequence[MetricRow])
"""How rows are written down and read again."""


def rows(found: Iterable[Mapping[str, Any]]) -> Sequence[MetricRow]:
    """Read what Athena answered; a measure of nothing is left out."""
    return [
        MetricRow(
            period=RangeKind(row["period"]),
            bucket=row["bucket"],
            excluded=row.get("excluded") or 0,
            measures={each: Decimal(row[each]) for each in Measure if row.get(each) is not None},
        )
        for row in found
    ]
