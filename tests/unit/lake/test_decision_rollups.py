"""The roll-ups of decisions are what plain Python makes of decisions and labels."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from math import ceil
from typing import Any

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.lake.catalog.rollup_tables import DECISION_DIMENSIONS
from shared.lake.parquet.columns import IngestMetadata, to_table
from shared.lake.rollups.compute import roll_up
from shared.lake.rollups.decision_labels import LABEL_COLUMNS, with_labels
from shared.lake.rollups.portions import computed
from shared.records.schema import DataType
from shared.statistics.sketches import bucket_of
from tests.fakes.records import NOW
from tests.tiers import examples

Row = dict[str, Any]
_DAY = datetime(2025, 1, 30, tzinfo=UTC)
_STAMP = IngestMetadata(source_id="shop", ingested_at=NOW, origin="batch", reporting_currency="USD")
_RANK = {"customer_report": 0, "manual_review": 1, "chargeback": 2, "dispute_won": 3}
_RUNS = settings(max_examples=examples(50), deadline=None)


def _decision(number: int) -> st.SearchStrategy[Row]:
    return st.fixed_dictionaries(
        {
            "decision_id": st.just(f"d-{number}"),
            "timestamp": st.integers(0, 2 * 86_400_000).map(lambda ms: _DAY + timedelta(milliseconds=ms)),
            "score": st.just(0.5),
            "outcome": st.sampled_from(["approve", "review", "decline"]),
            "amount": st.sampled_from([None, Decimal("0.10"), Decimal("12.345678")]),
            "currency": st.sampled_from(["USD", "EUR"]),
            "latency_ms": st.sampled_from([None, 0.0, 1.0, 17.3, 1e6]),
            **{name: st.sampled_from([None, "a", "b"]) for name in ("merchant", "channel", "model_version")},
        }
    )


_DECISIONS = st.integers(0, 8).flatmap(lambda count: st.tuples(*map(_decision, range(count))))
_LABELS = st.lists(
    st.fixed_dictionaries(
        {
            "number": st.integers(0, 9),
            "source": st.sampled_from(sorted(_RANK)),
            "label": st.sampled_from(["fraud", "legitimate"]),
            "after": st.integers(-1, 40).map(lambda hours: timedelta(hours=hours * 12)),
        }
    ),
    max_size=12,
    unique_by=lambda label: (label["number"], label["source"], label["after"]),
)


def _labels_of(decision: Row, number: int, labels: Sequence[Row]) -> list[Row]:
    """The labels of a decision, in the order in which they take effect."""
    own = [each for each in labels if each["number"] == number]
    return sorted(own, key=lambda each: (decision["timestamp"] + each["after"], _RANK[each["source"]]))


def _base(decisions: Sequence[Row], labels: Sequence[Row]) -> pa.Table:
    rows = to_table(DataType.DECISIONS, list(decisions), _STAMP)
    told = [
        {
            "decision_id": decision["decision_id"],
            "decision_timestamp": decision["timestamp"].replace(tzinfo=None),
            "labelled_at": (decision["timestamp"] + label["after"]).replace(tzinfo=None),
            "source": label["source"],
            "label": label["label"],
        }
        for label in labels
        for number, decision in enumerate(decisions)
        if label["number"] == number
    ]
    return with_labels(rows, pa.Table.from_pylist(told, pa.schema(list(LABEL_COLUMNS.items()))))


def _plain(moment: datetime) -> datetime:
    return moment.replace(tzinfo=None, microsecond=moment.microsecond // 1000 * 1000)


@_RUNS
@given(_DECISIONS, _LABELS)
def test_decisions_are_counted_by_hour_outcome_truth_and_one_dimension(
    decisions: Sequence[Row], labels: list[Row]
) -> None:
    groups: defaultdict[tuple[Any, ...], list[tuple[Row, list[Row]]]] = defaultdict(list)
    for number, decision in enumerate(decisions):
        own = _labels_of(decision, number, labels)
        truth = own[-1]["label"] if own else "none"
        hour = _plain(decision["timestamp"]).replace(minute=0, second=0, microsecond=0)
        for dimension in (*DECISION_DIMENSIONS, "none"):
            key = (dimension, decision.get(dimension), hour, decision["currency"], decision["outcome"], truth)
            groups[key].append((decision, own))

    found = roll_up(DataType.DECISIONS, _base(decisions, labels))["decisions_hourly_by_one"].to_pylist()

    keys = ("dimension", "value", "hour", "currency", "outcome", "truth")
    assert len(found) == len(groups)
    for row in found:
        members = groups[tuple(row[name] for name in keys)]
        amounts = [decision["amount"] for decision, _ in members]
        chargebacks = [[each for each in own if each["source"] == "chargeback"] for _, own in members]
        given_at = [decision["timestamp"] + each["after"] for decision, own in members for each in own]
        decided = [_plain(decision["timestamp"]) for decision, _ in members]
        assert {name: value for name, value in row.items() if name not in keys} == {
            "decisions": len(members),
            "priced": sum(amount is not None for amount in amounts),
            "amount": sum((amount or Decimal(0) for amount in amounts), Decimal(0)),
            "charged_back": sum(
                row["outcome"] == "approve" and bool(each) and each[-1]["label"] == "fraud" for each in chargebacks
            ),
            "revised": sum(before["label"] != after["label"] for _, own in members for before, after in pairwise(own)),
            "first_decided": min(decided),
            "last_decided": max(decided),
            "last_labelled": max(map(_plain, given_at), default=None),
        }


@_RUNS
@given(_DECISIONS, _LABELS)
def test_labels_are_counted_by_whole_days_of_delay(decisions: Sequence[Row], labels: list[Row]) -> None:
    expected = Counter(
        str(ceil(label["after"] / timedelta(days=1)))
        for number, decision in enumerate(decisions)
        for label in _labels_of(decision, number, labels)
    )

    found = roll_up(DataType.DECISIONS, _base(decisions, labels))["label_delays_by_one"].to_pylist()

    counted: Counter[str] = Counter()
    for row in found:
        if row["dimension"] == "none":
            counted[row["delay"]] += row["labels"]
    assert counted == expected


@_RUNS
@given(_DECISIONS, _LABELS)
def test_cases_are_approved_decisions_that_a_label_called_fraud(decisions: Sequence[Row], labels: list[Row]) -> None:
    expected = {}
    for number, decision in enumerate(decisions):
        frauds = [each for each in _labels_of(decision, number, labels) if each["label"] == "fraud"]
        if decision["outcome"] == "approve" and frauds:
            first = _plain(decision["timestamp"] + frauds[0]["after"])
            expected[decision["decision_id"]] = (first, _labels_of(decision, number, labels)[-1]["label"])

    found = roll_up(DataType.DECISIONS, _base(decisions, labels))["fraud_cases"].to_pylist()

    assert {row["decision_id"]: (row["fraud_at"], row["truth"]) for row in found} == expected


@_RUNS
@given(_DECISIONS)
def test_decision_times_are_counted_by_logarithmic_bucket(decisions: Sequence[Row]) -> None:
    times = [each["latency_ms"] for each in decisions if each["latency_ms"] is not None]

    found = roll_up(DataType.DECISIONS, _base(decisions, []))["decision_latency_hourly"].to_pylist()

    counted: Counter[int] = Counter()
    for row in found:
        counted[int(row["latency_bucket"])] += row["decisions"]
    assert counted == Counter(map(bucket_of, times))
    assert max((row["highest_ms"] for row in found), default=None) == max(times, default=None)


@_RUNS
@given(_DECISIONS, _LABELS, st.integers(1, 4))
def test_days_in_portions_have_the_rollups_of_the_whole(decisions: Sequence[Row], labels: list[Row], size: int) -> None:
    base = _base(decisions, labels)
    portions = [base.slice(start, size) for start in range(0, len(base), size)] or [base]

    with computed(DataType.DECISIONS, portions, size) as made:
        found = {name: list(tables) for name, tables in made.tables.items()}

    for name, table in roll_up(DataType.DECISIONS, base).items():
        combined = pa.concat_tables([table.schema.empty_table(), *found[name]])
        assert sorted(combined.to_pylist(), key=repr) == sorted(table.to_pylist(), key=repr)
