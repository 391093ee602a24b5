"""Reads stored values of features in Arrow: their kinds, the logarithmic buckets of numbers, and texts.

The same rules are in the SQL that reads days from the base (`shared.drift.queries`), so that both give the same rows.
"""

from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc

from shared.lake.rollups.feature_rules import LONGEST_VALUE, FeatureKind, shorten
from shared.records.features import Stored, decode
from shared.statistics.sketches import LOG_GAMMA, OFFSET

_SIMPLE_TEXT = r'^"[^"\\\x00-\x1f]*"$'
"""Texts in JSON without escapes, which nearly all are."""


def read_values(stored: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Return the kind and the bucket of stored values; null has no kind."""
    numbers = pc.if_else(pc.match_substring_regex(stored, Stored.NUMBER), stored, None).cast(pa.float64())
    is_number = pc.fill_null(pc.is_finite(numbers), pa.scalar(value=False))
    is_boolean = pc.is_in(stored, value_set=pa.array([Stored.TRUE.value, Stored.FALSE.value]))
    others = pc.if_else(is_boolean, FeatureKind.BOOLEAN.value, FeatureKind.TEXT.value)
    kinds = pc.if_else(is_number, FeatureKind.NUMBER.value, others)
    buckets = pc.if_else(is_number, bucket_texts(pc.if_else(is_number, numbers, None)), _texts(stored))
    return pc.if_else(pc.is_valid(stored), kinds, None), buckets


def bucket_texts(numbers: pa.Array) -> pa.Array:
    """Return the numbers of logarithmic buckets, as text: those of `shared.statistics.sketches.bucket_of`."""
    sizes = pc.if_else(pc.equal(numbers, 0.0), 1.0, pc.abs(numbers))
    places = pc.add(pc.ceil(pc.divide(pc.ln(sizes), LOG_GAMMA)), float(OFFSET))
    return pc.multiply(places, pc.sign(numbers)).cast(pa.int64()).cast(pa.string())


def _texts(stored: pa.Array) -> pa.Array:
    """Return stored texts without quotes and escapes; long ones are shortened."""
    is_simple = pc.match_substring_regex(stored, _SIMPLE_TEXT)
    texts = pc.if_else(is_simple, pc.utf8_slice_codeunits(stored, 1, -1), stored)
    is_escaped = pc.and_(pc.starts_with(stored, '"'), pc.invert(is_simple))
    texts = _replaced(texts, is_escaped, lambda text: str(decode(text)))
    return _replaced(texts, pc.greater(pc.utf8_length(texts), LONGEST_VALUE), shorten)


def _replaced(texts: pa.Array, where: pa.Array, change: Callable[[str], str]) -> pa.Array:
    """Change the few texts for which Arrow has no function."""
    mask = pc.fill_null(where, pa.scalar(value=False))
    return pc.replace_with_mask(texts, mask, pa.array(map(change, texts.filter(mask).to_pylist()), pa.string()))
