"""The roll-up of features is what plain Python counts, also in portions and however many values there are."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

import pyarrow as pa
import pytest

from shared.lake.catalog.rollup_tables import FEATURES_DAILY
from shared.lake.rollups.compute import roll_up
from shared.lake.rollups.feature_rules import HASH_BINS, MOST_VALUES, half_of, hash_bin, shorten
from shared.lake.rollups.portions import computed
from shared.records.features import decode
from shared.records.schema import DataType
from shared.statistics.sketches import bucket_of
from tests.functions.drift.decisions import Decided, table_of

OPENED = datetime(2026, 1, 5, tzinfo=UTC)
VALUES = [
    *("1", "0", "-0", "-2.5", "1e3", "1.01", "0.1", "1e300", "-1e-300", "123456789012345678"),
    *("true", "false", "null", "NaN", "Infinity", "1e999", "01", "+1", "1.", " 1", "True", "[1]", '{"a":1}'),
    *('"web"', "web", '"1"', '"true"', '""', "", '"', '"open', '"say \\"hi\\""', '"a\\u00e9\\n"', "a\\b", "🙂é"),
    *("x" * 100, "x" * 101, '"' + "x" * 101 + '"', "é" * 150),
]
NAMES = ["a", "a.b", "größe", "n" * 200, "", "score", "amount", "features.score", "features.features.amount", "Amount"]
Row = tuple[str, str, str, str, str, str]


def kind_and_bucket(stored: str) -> tuple[str, str]:
    """Read a value in plain Python."""
    value = decode(stored)
    if isinstance(value, bool):
        return "boolean", stored
    if isinstance(value, str):
        return "text", value if len(value) <= 100 else shorten(value)
    return "number", str(bucket_of(float(stored)))


def expected(decisions: Sequence[Decided]) -> Counter[Row]:
    """Count values in plain Python, with texts as they are."""
    rows: Counter[Row] = Counter()
    for each in decisions:
        owner = each.at.date().isoformat(), each.model_version or "", half_of(each.decision_id)
        rows[(*owner, "", "decisions", "")] += 1
        rows[(*owner, "score", "number", str(bucket_of(each.score)))] += 1
        if each.amount is not None:
            rows[(*owner, "amount", "number", str(bucket_of(float(each.amount))))] += 1
        for name, stored in (each.features or {}).items():
            if stored is not None:
                rows[(*owner, renamed(name), *kind_and_bucket(stored))] += 1
        for name in each.attributions or {}:
            rows[(*owner, renamed(name), "attribution", "")] += 1
    return rows


def renamed(name: str) -> str:
    plain = name
    while plain.startswith("features."):
        plain = plain.removeprefix("features.")
    return f"features.{name}" if plain in {"score", "amount"} else name


def rows_of(table: pa.Table) -> dict[Row, int]:
    keys = ("dt", "model_version", "half", "feature", "kind", "bucket")
    found = {tuple(row[key] for key in keys): row["decisions"] for row in table.to_pylist()}
    assert len(found) == len(table)
    return found


def decided(count: int, values: Sequence[str | None] = (*VALUES, None)) -> list[Decided]:
    rng = Random(count)  # noqa: S311 # the same decisions every time
    return [
        Decided(
            decision_id=f"d-{number}",
            at=OPENED + timedelta(minutes=rng.randrange(3 * 24 * 60)),
            features=rng.choice([None, {}, *({name: rng.choice(values) for name in NAMES} for _ in range(4))]),
            model_version=rng.choice(["model-1", "", None]),
            score=rng.choice([0, 1, rng.random()]),
            amount=rng.choice(
                [None, Decimal(0), Decimal("1.000000"), Decimal("12.34"), Decimal("999999999999.999999")]
            ),
            attributions=rng.choice([None, {"a": rng.gauss(0, 1), "score": 0.0}]),
        )
        for number in range(count)
    ]


def made(decisions: Sequence[Decided]) -> pa.Table:
    return roll_up(DataType.DECISIONS, table_of(decisions))[FEATURES_DAILY.name]


def in_portions(decisions: Sequence[Decided], size: int) -> pa.Table:
    tables = (table_of(decisions[start : start + size]) for start in range(0, len(decisions), size))
    with computed(DataType.DECISIONS, tables, 100) as found:
        return pa.concat_tables(list(found.tables[FEATURES_DAILY.name]))


def test_values_are_counted_as_plain_python_counts_them() -> None:
    decisions = decided(600)

    assert rows_of(made(decisions)) == expected(decisions)


def test_portions_of_days_give_what_the_days_give() -> None:
    decisions = decided(600)

    assert rows_of(in_portions(decisions, 70)) == rows_of(made(decisions))


def test_attributions_are_summed_in_whole_millionths() -> None:
    decisions = [
        Decided(decision_id="d-1", at=OPENED, attributions={"a": -0.25, "b": 1e300}),
        Decided(decision_id="d-1", at=OPENED, attributions={"a": 0.5000004, "b": 0.0}),
    ]

    weights = {row["feature"]: row["weight"] for row in made(decisions).to_pylist() if row["kind"] == "attribution"}

    assert weights == {"a": 750_000, "b": 10**12}


def texts(count: int, per_value: int = 1) -> list[Decided]:
    """Decisions with so many different texts, in an order in which each portion has all kinds of them."""
    return [
        Decided(decision_id=f"d-{number}", at=OPENED, features={"id": f'"id-{number % count}"', "x": "1"})
        for number in range(count * per_value)
    ]


@pytest.mark.parametrize("count", [MOST_VALUES, MOST_VALUES + 1, 10_000])
def test_more_than_1_000_texts_on_a_day_are_counted_by_hash(count: int) -> None:
    found = [row for row in made(texts(count)).to_pylist() if row["feature"] == "id"]

    by_hash = count > MOST_VALUES
    assert {row["kind"] for row in found} == {"hash" if by_hash else "text"}
    assert len(found) == (2 * HASH_BINS if by_hash else count)
    assert sum(row["decisions"] for row in found) == count
    if by_hash:
        bins = Counter(str(hash_bin(f"id-{number}")) for number in range(count))
        assert Counter({each: sum(row["decisions"] for row in found if row["bucket"] == each) for each in bins}) == bins


@pytest.mark.parametrize("size", [300, 999, 1_001, 1_500])
def test_texts_are_counted_by_hash_in_portions_as_in_whole_days(size: int) -> None:
    decisions = texts(MOST_VALUES + 500, per_value=2)

    assert rows_of(in_portions(decisions, size)) == rows_of(made(decisions))


def test_other_features_of_the_day_keep_their_values() -> None:
    found = made(texts(10_000))

    kinds: Mapping[str, set[str]] = {"x": {"number"}, "id": {"hash"}, "": {"decisions"}}
    assert {row["feature"] for row in found.to_pylist()} >= kinds.keys()
    for name, expected_kinds in kinds.items():
        assert {row["kind"] for row in found.to_pylist() if row["feature"] == name} == expected_kinds


def test_buckets_are_in_the_order_of_numbers() -> None:
    numbers = [-1e300, -2.0, -1.0, -1e-300, 0.0, 1e-300, 1.0, 1.02, 2.0, 1e300]
    decisions = [
        Decided(decision_id=f"d-{place}", at=OPENED, features={"x": repr(each)}) for place, each in enumerate(numbers)
    ]

    buckets = {int(row["bucket"]) for row in made(decisions).to_pylist() if row["feature"] == "x"}

    assert sorted(buckets) == [bucket_of(each) for each in numbers]
    assert math.isfinite(max(buckets))
