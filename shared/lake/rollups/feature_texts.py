"""Bounds the roll-up of features: a feature with too many texts on a day is counted by their hashes."""

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from shared.lake.catalog.rollup_tables import FEATURES_DAILY
from shared.lake.rollups.feature_rules import MOST_VALUES, FeatureKind, hash_bin
from shared.lake.rollups.group_by import DictionaryEncoded, Measures

if TYPE_CHECKING:
    from collections.abc import Mapping

_GROUP = ("dt", "model_version", "feature")


def fold(rows: pa.Table) -> pa.Table:
    """Count the texts of a feature, model and day by hash if there are more than 1 000, or if some are already.

    So portions of a day, of which only some were folded, together give what the whole day gives.
    """
    texts = rows.filter(pc.is_in(rows["kind"], value_set=pa.array([FeatureKind.TEXT.value, FeatureKind.HASH.value])))
    if not len(texts):
        return rows
    folded = _crowded(texts)
    is_folded = pc.and_(pc.is_in(_names(rows), value_set=folded), pc.equal(rows["kind"], FeatureKind.TEXT.value))
    if not pc.any(is_folded).as_py():
        return rows
    hashed = _hashed(rows.filter(is_folded))
    together = pa.concat_tables([rows.filter(pc.invert(is_folded)), hashed])
    measures: Measures = {name: (together[name], "sum") for name in ("decisions", "weight")}
    keys = [each.name for each in FEATURES_DAILY.columns if each.name not in measures]
    return DictionaryEncoded(together).group(keys, measures).select(rows.schema.names).cast(rows.schema)


def _crowded(texts: pa.Table) -> pa.Array:
    """Return the names of the groups whose texts are folded."""
    counted = pa.table({"group": _names(texts), "kind": texts["kind"], "bucket": texts["bucket"]})
    found = counted.group_by("group").aggregate([("bucket", "count_distinct"), ("kind", "max"), ("kind", "min")])
    is_crowded = pc.greater(found["bucket_count_distinct"], MOST_VALUES)
    has_hashes = pc.equal(found["kind_min"], FeatureKind.HASH.value)  # "hash" sorts before "text"
    return found["group"].filter(pc.or_(is_crowded, has_hashes)).combine_chunks()


def _names(rows: pa.Table) -> pa.ChunkedArray:
    return pc.binary_join_element_wise(*(rows[name] for name in _GROUP), "\0")


def _hashed(rows: pa.Table) -> pa.Table:
    encoded = rows["bucket"].combine_chunks().dictionary_encode()
    bins = pa.array([str(hash_bin(each)) for each in encoded.dictionary.to_pylist()], pa.string())
    changed: Mapping[str, pa.Array] = {
        "bucket": bins.take(encoded.indices),
        "kind": pa.repeat(pa.scalar(FeatureKind.HASH.value), len(rows)),
    }
    return pa.table({name: changed.get(name, rows[name]) for name in rows.schema.names}).cast(rows.schema)
