"""Roll-up of decisions by feature: how often each value occurs on a day, by model version and half."""

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from shared.lake.catalog.rollup_tables import FEATURES_DAILY
from shared.lake.rollups.combination import combine
from shared.lake.rollups.feature_rules import LARGEST_ATTRIBUTION, MICRO, OWN_FIELDS, FeatureKind, half_of
from shared.lake.rollups.feature_values import bucket_texts, read_values
from shared.lake.rollups.group_by import DictionaryEncoded, Measures, days_of, ones
from shared.lake.rollups.schema import conform

FEATURE_COLUMNS = ("timestamp", "model_version", "score", "amount", "features", "attributions", "decision_id")

_AT_ONCE = 50_000
"""Decisions whose features are in memory side by side; with 50 features each they take 300 MB."""

_AMOUNT_PLACES = 6
_OWNER = ("dt", "model_version", "half")
_VALUE = ("feature", "kind", "bucket")


def roll_up_features(decisions: pa.Table) -> dict[str, pa.Table]:
    """Roll up the features, scores, amounts and attributions of the decisions of whole days."""
    starts = range(0, max(1, len(decisions)), _AT_ONCE)
    parts = [_roll_up(decisions.slice(start, _AT_ONCE)) for start in starts]
    return {FEATURES_DAILY.name: combine(FEATURES_DAILY, parts)}


def _roll_up(decisions: pa.Table) -> pa.Table:
    decisions = decisions.select(FEATURE_COLUMNS).combine_chunks()
    owners = _owners(decisions)
    counted = [_grouped(cells) for cells in _cells(decisions, owners)]
    return combine(FEATURES_DAILY, counted)


def _owners(decisions: pa.Table) -> pa.Table:
    """Return the day, the model version and the half of each decision."""
    halves = pa.array([half_of(each) for each in decisions["decision_id"].to_pylist()], pa.string())
    return pa.table(
        {
            "dt": days_of(decisions["timestamp"]).cast(pa.string()),
            "model_version": pc.fill_null(decisions["model_version"], ""),
            "half": halves,
        }
    ).combine_chunks()


def _cells(decisions: pa.Table, owners: pa.Table) -> Iterator[pa.Table]:
    """Yield one row for each decision, score, amount, feature and attribution."""
    count = len(decisions)
    yield _with_owner(owners, _same("", count), _same(FeatureKind.DECISIONS, count), _same("", count))
    yield _numbers(owners, "score", _whole(decisions["score"]))
    yield _numbers(owners, "amount", _as_doubles(decisions["amount"]))
    owner, names, values = _entries(decisions["features"])
    raw = values.dictionary_encode()
    kinds, buckets = read_values(raw.dictionary)
    cells = _with_owner(owners.take(owner), _renamed(names), kinds.take(raw.indices), buckets.take(raw.indices))
    yield cells.filter(pc.is_valid(cells["kind"]))
    owner, names, values = _entries(decisions["attributions"])
    counted = pc.multiply(pc.abs(values), MICRO)
    weights = pc.round(pc.min_element_wise(counted, LARGEST_ATTRIBUTION), round_mode="half_towards_infinity")
    kind, bucket = _same(FeatureKind.ATTRIBUTION, len(names)), _same("", len(names))
    found = _with_owner(owners.take(owner), _renamed(names), kind, bucket, weights.cast(pa.int64()))
    yield found.filter(pc.is_valid(found["weight"]))


def _numbers(owners: pa.Table, name: str, numbers: pa.Array) -> pa.Table:
    count = len(owners)
    cells = _with_owner(owners, _same(name, count), _same(FeatureKind.NUMBER, count), bucket_texts(numbers))
    return cells.filter(pc.is_valid(cells["bucket"]))


def _as_doubles(amounts: pa.ChunkedArray) -> pa.Array:
    """Return the doubles nearest to decimals, as engines that divide give them; Arrow's own cast multiplies."""
    units = _whole(amounts).cast(pa.decimal128(18, _AMOUNT_PLACES))
    whole = pc.multiply(units, pa.scalar(10**_AMOUNT_PLACES)).cast(pa.int64())
    return pc.divide(whole.cast(pa.float64(), safe=False), float(10**_AMOUNT_PLACES))


def _entries(maps: pa.ChunkedArray) -> tuple[pa.Array, pa.Array, pa.Array]:
    """Return the row, the key and the value of each entry of maps."""
    column = _whole(maps)
    lists = pa.ListArray.from_arrays(column.offsets, column.keys)
    first = column.offsets[0].as_py() if len(column.offsets) else 0
    rows = pc.list_parent_indices(lists)
    return rows, column.keys.slice(first, len(rows)), column.items.slice(first, len(rows))


def _renamed(names: pa.Array) -> pa.Array:
    """Put `features.` before names that the decision's own fields have."""
    known = names.dictionary_encode()
    is_taken = pc.match_substring_regex(known.dictionary, OWN_FIELDS)
    longer = pc.binary_join_element_wise("features", known.dictionary, ".")
    return pc.if_else(is_taken, longer, known.dictionary).take(known.indices)


def _with_owner(
    owners: pa.Table, feature: pa.Array, kind: pa.Array, bucket: pa.Array, weight: pa.Array | None = None
) -> pa.Table:
    columns = {name: owners[name] for name in _OWNER} | {"feature": feature, "kind": kind, "bucket": bucket}
    return pa.table(
        columns | {"weight": pa.repeat(pa.scalar(0, pa.int64()), len(owners)) if weight is None else weight}
    )


def _grouped(cells: pa.Table) -> pa.Table:
    measures: Measures = {"decisions": (ones(len(cells)), "sum"), "weight": (cells["weight"], "sum")}
    return conform(DictionaryEncoded(cells).group([*_OWNER, *_VALUE], measures), FEATURES_DAILY)


def _same(value: str, count: int) -> pa.Array:
    return pa.repeat(pa.scalar(str(value)), count)


def _whole(column: pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
