"""The hidden columns of base tables: hashes of keys and of contents, by which rows are compared without reading them.

Hashes are BLAKE2b and must never change: they are stored. A key has 128 bits, so that of 10^12 keys two are equal by
chance with a probability of 10^-15. Contents are only compared under one key and have 64.
"""

import hashlib
from collections.abc import Iterable, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from shared.lake.catalog.tables import HIDDEN_COLUMNS
from shared.lake.parquet.key_columns import key_column
from shared.records.features import former_form
from shared.records.schema import INGESTED_AT, SOURCE_ID, STORED_FIELDS, DataType
from shared.records.schemas import SCHEMAS

KEY, KEY2, CONTENT = (column.name for column in HIDDEN_COLUMNS)
ORIGIN = "_origin"

_HALF = 8
_NOT_CONTENT = {INGESTED_AT, ORIGIN, SOURCE_ID}


def with_fingerprints(data_type: DataType, rows: pa.Table) -> pa.Table:
    """Append the hidden columns to rows of a base table."""
    digests = _digests(key_column(data_type, rows).to_pylist(), 2 * _HALF)
    halves = _integers(digests)
    first, second = (halves.take(pa.array(range(start, 2 * len(rows), 2), pa.int64())) for start in (0, 1))
    content = _content_hashes(data_type, rows)
    return rows.append_column(KEY, first).append_column(KEY2, second).append_column(CONTENT, content)


def _content_hashes(data_type: DataType, rows: pa.Table) -> pa.Array:
    """Sum the hashes of the values of each row, modulo 2^64; a null adds nothing.

    So a column that a schema gains leaves the hashes of older rows as they are. Each distinct value of a column is
    hashed once.
    """
    total = pa.repeat(pa.scalar(0, pa.int64()), len(rows))
    for name in _content_columns(data_type):
        total = pc.add(total, _value_hashes(name, rows[name].combine_chunks()))
    return total


def _content_columns(data_type: DataType) -> Sequence[str]:
    schema = SCHEMAS[data_type]
    names = [each.name for each in (*schema.fields, *STORED_FIELDS)]
    apart: set[str | None] = {*_NOT_CONTENT, *schema.key, schema.version}
    if schema.event_time_from is not None:
        apart.add(schema.event_time)
    return [name for name in names if name not in apart]


def _value_hashes(name: str, column: pa.Array) -> pa.Array:
    if column.null_count == len(column):
        return pa.repeat(pa.scalar(0, pa.int64()), len(column))
    encoded = _plain(column).dictionary_encode()
    texts = [f"{name}\0{value}" for value in encoded.dictionary.to_pylist()]
    hashes = _integers(_digests(texts, _HALF))
    return pc.fill_null(hashes.take(encoded.indices), pa.scalar(0, pa.int64()))


def _plain(column: pa.Array) -> pa.Array:
    """Return the values in a form whose text is the same on every machine: moments in ms, maps as sorted pairs."""
    if pa.types.is_map(column.type):
        return pa.array([None if each is None else repr(sorted(map(_pair, each))) for each in column.to_pylist()])
    if pa.types.is_timestamp(column.type):
        return column.cast(pa.timestamp("ms")).cast(pa.int64())
    return pc.add(column, pa.scalar(0.0)) if pa.types.is_floating(column.type) else column  # -0.0 equals 0.0


def _pair(entry: tuple[str, str | float]) -> tuple[str, str | float]:
    """Return an entry of a map as its hash was made before types of features were kept."""
    name, value = entry
    return name, former_form(value) if isinstance(value, str) else value


def _digests(texts: Iterable[str], size: int) -> bytes:
    return b"".join([hashlib.blake2b(text.encode(), digest_size=size).digest() for text in texts])


def _integers(digests: bytes) -> pa.Array:
    return pa.Array.from_buffers(pa.int64(), len(digests) // _HALF, [None, pa.py_buffer(digests)])
