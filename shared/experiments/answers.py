"""The answer to the question about the variants of an experiment, read from the rows of one statement."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from functools import cached_property
from typing import Any

from pydantic import TypeAdapter

from shared.athena.pinned_queries import PinnedResult
from shared.experiments.queries import ArmsPart
from shared.fraud.answers import FraudAnswer, count_row
from shared.fraud.counts import Counts
from shared.fraud.queries.parts import by_part
from shared.statistics.unit_ratios import UnitSums


@dataclass(frozen=True, kw_only=True)
class Arm:
    """The units of a variant, and the sums over them of each metric."""

    units: int = 0
    sums: Mapping[str, UnitSums] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ArmsAnswer:
    """The variants of an experiment; units with several variants are left out, and counted as `crossed`.

    `unassigned` are decisions of the experiment without one of its variants.
    """

    counted: FraudAnswer
    arms: Mapping[str, Arm]
    crossed: int
    unassigned: int

    @property
    def as_of(self) -> datetime:
        """The time up to which decisions and labels count."""
        return self.counted.as_of

    def arm(self, variant_id: str) -> Arm:
        """Return a variant, an empty one if it has no units."""
        return self.arms.get(variant_id, _EMPTY)

    def counts(self, variant_id: str) -> Counts:
        """Return the counts of a variant."""
        return self.counted.total([row for row in self.counted.counts if row.value == variant_id])

    def mature_counts(self, variant_id: str) -> Counts:
        """Return the counts of a variant's decisions that are at least as old as the maturity horizon."""
        rows = (row for row in self.counted.counts if row.value == variant_id and row.is_mature)
        return self.counted.total(rows)

    @cached_property
    def decisions(self) -> int:
        """The number of decisions of all variants."""
        return self.counted.total().decisions


_EMPTY = Arm()
ANSWERS: TypeAdapter[PinnedResult[ArmsAnswer]] = TypeAdapter(PinnedResult[ArmsAnswer])
"""Serialises answers for the result cache."""


def read_answer(rows: Iterable[Mapping[str, Any]], as_of: datetime, metrics: Sequence[str]) -> ArmsAnswer:
    """Read the rows of a statement of `ArmsQuery` about these metrics."""
    parts = by_part(rows)
    by_variant: dict[str | None, list[Mapping[str, Any]]] = {}
    for row in parts.get(ArmsPart.UNITS, ()):
        by_variant.setdefault(row["value"], []).append(row)
    crossed = by_variant.pop(None, [])
    return ArmsAnswer(
        counted=FraudAnswer(as_of=as_of, counts=list(map(count_row, parts.get(ArmsPart.COUNTS, ())))),
        arms={name: _arm(told, metrics) for name, told in by_variant.items() if name is not None},
        crossed=crossed[0]["number"] if crossed else 0,
        unassigned=sum(row["number"] for row in parts.get(ArmsPart.UNASSIGNED, ())),
    )


def _arm(rows: Sequence[Mapping[str, Any]], metrics: Sequence[str]) -> Arm:
    """Read the rows of a variant: the fields of `UnitSums` of each metric, one after the other."""
    numbers = iter([row["sum"] for row in sorted(rows, key=lambda row: row["place"])])
    sums = {metric: _sums(*(next(numbers) for _ in fields(UnitSums))) for metric in metrics}
    return Arm(units=rows[0]["number"], sums=sums)


def _sums(units: float, *further: float) -> UnitSums:
    return UnitSums(int(units), *further)
