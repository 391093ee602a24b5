"""The answer to a question about decisions, read from the rows of one statement; small enough to be cached."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from itertools import product
from typing import Any

from pydantic import TypeAdapter

from shared.athena.pinned_queries import PinnedResult
from shared.fraud.counts import Cell, Counts, Label, Outcome, total, truth_of
from shared.fraud.queries.parts import by_part, unpack, unpack_groups
from shared.fraud.question import LabelKind
from shared.runtime.numbers import ZERO
from shared.statistics.label_delays import KnownFrauds
from shared.statistics.rankings import CardDay, card_precision
from shared.statistics.sketches import percentile

_MEANING = {
    (f"{outcome}_{label}", is_mature): (outcome, truth_of(outcome, label, is_mature=is_mature))
    for outcome, label, is_mature in product(Outcome, Label, (False, True))
}
"""The outcome and truth of the cells of a row, by the age of its decisions."""


@dataclass(frozen=True, kw_only=True)
class CountRow:
    """The counts of a step and cohort, of decisions that are alike in age."""

    bucket: datetime | None
    value: str | None
    is_mature: bool
    is_young: bool
    is_young_for_chargebacks: bool
    decisions: Mapping[str, int]
    amounts: Mapping[str, Decimal]
    charged_back: int
    revised: int
    after_horizon: int
    excluded: int
    first_decided: datetime | None
    last_decided: datetime | None

    @cached_property
    def counts(self) -> Counts:
        """The counts by outcome and truth."""
        return Counts(
            cells={
                _MEANING[cell, self.is_mature]: Cell(decisions, self.amounts.get(cell, ZERO))
                for cell, decisions in self.decisions.items()
            },
            charged_back=self.charged_back,
            revised=self.revised,
            after_horizon=self.after_horizon,
            excluded=self.excluded,
            first_decided=self.first_decided,
            last_decided=self.last_decided,
        )


@dataclass(frozen=True)
class LearnedDelays:
    """How many label delays were learned, and the least age in milliseconds at which 5 % of labels have come."""

    labels: int
    youngest_ms: int | None


@dataclass(frozen=True)
class Ranking:
    """ROC AUC and average precision, null where one class is missing, and card precision by day."""

    roc_auc: float | None
    average_precision: float | None
    card_precision: float | None


@dataclass(frozen=True)
class LatencyPercentiles:
    """Percentiles of decision times in milliseconds."""

    p50: float
    p95: float
    p99: float
    highest: float
    count: int


@dataclass(frozen=True)
class BusiestMinute:
    """The first of the minutes with the most decisions."""

    at: datetime
    decisions: int


@dataclass(frozen=True, kw_only=True)
class RecentDecision:
    """One of the newest decisions."""

    decision_id: str
    moment: datetime
    score: float
    outcome: Outcome
    label: Label
    is_mature: bool
    amount: Decimal | None
    currency: str | None
    merchant: str | None
    channel: str | None
    risk_band: str | None
    model_version: str | None


@dataclass(frozen=True, kw_only=True)
class FraudAnswer:
    """The parts of an answer, as of the time of its computation.

    `has_future` tells that roll-ups have labels that are later than this time.
    """

    as_of: datetime
    counts: Sequence[CountRow] = ()
    learned: Mapping[LabelKind, LearnedDelays] = field(default_factory=dict)
    missed: Mapping[LabelKind, Sequence[tuple[KnownFrauds, KnownFrauds]]] = field(default_factory=dict)
    ranking: Ranking | None = None
    latency: LatencyPercentiles | None = None
    busiest: BusiestMinute | None = None
    recent: Sequence[RecentDecision] = ()
    has_future: bool = False

    def total(self, rows: Iterable[CountRow] | None = None) -> Counts:
        """Return the counts of all rows, or of some."""
        return total(row.counts for row in (self.counts if rows is None else rows))


ANSWERS: TypeAdapter[PinnedResult[FraudAnswer]] = TypeAdapter(PinnedResult[FraudAnswer])
"""Serialises answers for the result cache."""

Row = Mapping[str, Any]


def read_answer(rows: Iterable[Row], as_of: datetime) -> FraudAnswer:
    """Read the rows of a statement of any parts."""
    parts = by_part(rows)
    counted, told = parts.get("counts", ()), parts.get("missed", ())
    latest = [row["last_labelled"] for row in (*counted, *told) if row["last_labelled"] is not None]
    return FraudAnswer(
        as_of=as_of,
        counts=list(map(count_row, counted)),
        learned={LabelKind(row["kind"]): LearnedDelays(row["number"], row["place"]) for row in parts.get("curve", ())},
        missed={kind: list(_missed(told, kind)) for kind in LabelKind},
        ranking=_ranking(parts),
        latency=_latency(parts.get("latency", ())),
        busiest=next((BusiestMinute(row["moment"], row["number"]) for row in parts.get("minutes", ())), None),
        recent=list(map(_recent, parts.get("recent", ()))),
        has_future=max(latest, default=as_of) > as_of,
    )


def count_row(row: Row) -> CountRow:
    """Read a row of `shared.fraud.queries.counts`."""
    cells = [(f"{outcome}_{label}", int(n), Decimal(sum_)) for outcome, label, n, sum_ in unpack_groups(row["packed"])]
    charged_back, revised, after_horizon, excluded = map(int, unpack(row["measures"]))
    return CountRow(
        **{name: row[name] for name in ("bucket", "value", "is_mature", "is_young", "is_young_for_chargebacks")},
        decisions={cell: number for cell, number, _ in cells if number},
        amounts={cell: amount for cell, _, amount in cells if amount},
        charged_back=charged_back,
        revised=revised,
        after_horizon=after_horizon,
        excluded=excluded,
        **{name: row[name] for name in ("first_decided", "last_decided")},
    )


def _missed(rows: Iterable[Row], kind: LabelKind) -> Iterator[tuple[KnownFrauds, KnownFrauds]]:
    """Yield groups of missed frauds, by their number and by their amounts."""
    for row in rows:
        if row["kind"] == kind:
            for place, number, amounts, squares in unpack_groups(row["packed"]):
                arrived, frauds = int(place), int(number)
                yield (
                    KnownFrauds(arrived, frauds, float(frauds), float(frauds)),
                    KnownFrauds(arrived, frauds, float(amounts), float(squares)),
                )


def _ranking(parts: Mapping[str, Sequence[Row]]) -> Ranking | None:
    if "scores" not in parts:
        return None
    [scores] = parts["scores"]
    positives, negatives = scores["positives"] or 0, scores["negatives"] or 0
    both = bool(positives and negatives)
    cards = (
        CardDay(date.fromisoformat(row["day"]), card, float(score), is_fraud == "1")
        for row in parts.get("cards", ())
        for card, score, is_fraud in unpack_groups(row["packed"])
    )
    return Ranking(
        roc_auc=scores["sum"] / (2 * positives * negatives) if both else None,
        average_precision=scores["squares"] / positives if both else None,
        card_precision=card_precision(cards),
    )


def _latency(rows: Sequence[Row]) -> LatencyPercentiles | None:
    if not rows:
        return None
    [row] = rows
    buckets = {int(place): int(number) for place, number in unpack_groups(row["packed"])}
    highest = row["highest"]
    p50, p95, p99 = (min(highest, percentile(buckets, percent) or 0.0) for percent in (50, 95, 99))
    return LatencyPercentiles(p50, p95, p99, highest, sum(buckets.values()))


def _recent(row: Row) -> RecentDecision:
    names = ("decision_id", "moment", "score", "is_mature", "amount", "currency")
    dimensions = ("merchant", "channel", "risk_band", "model_version")
    return RecentDecision(
        outcome=Outcome(row["outcome"]),
        label=Label(row["truth"]),
        **{name: row[name] for name in (*names, *dimensions)},
    )
