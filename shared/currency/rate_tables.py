"""Reference rates in the lake: the stored quotes, and the rows of the table that Athena reads."""

import hashlib
from collections.abc import Sequence
from datetime import UTC

import pyarrow as pa
import pyarrow.compute as pc

from shared.currency.quotes import HeldQuote, Origin, Quote
from shared.currency.rate_intervals import RateInterval
from shared.lake.parquet.columns import MOMENT, read_parquet, write_parquet
from shared.lake.storage.paths import REFERENCE, safe_part

QUOTES_KEY = f"{REFERENCE}/quotes/quotes.parquet"
_RATES = pa.schema(
    [
        ("reporting_currency", pa.string()),
        ("currency", pa.string()),
        ("valid_from", pa.string()),
        ("valid_before", pa.string()),
        ("rate", pa.decimal128(38, 15)),
    ]
)
_QUOTE = pa.schema(
    [("currency", pa.string()), ("day", pa.string()), ("base", pa.string()), ("rate", pa.decimal128(21, 12))]
)
_ORIGIN = pa.schema([("file", pa.string()), ("digest", pa.string()), ("loaded_at", MOMENT)])
_QUOTES = pa.unify_schemas([_QUOTE, _ORIGIN])


def file_key(digest: str) -> str:
    """Return the key under which a rate file is stored unchanged."""
    return f"{REFERENCE}/files/{safe_part(digest)}"


RATE_COLUMNS = tuple(_RATES.names)


def rows_of(reporting_currency: str, spans: Sequence[RateInterval]) -> pa.Table:
    """Return the rates to the reporting currency as rows of the table.

    They are sorted by day, so that the statistics of row groups let a query read only the rates of its days.
    """
    columns = {name: [getattr(span, name) for span in spans] for name in _RATES.names[1:]}
    table = pa.table({"reporting_currency": [reporting_currency] * len(spans), **columns}, schema=_RATES)
    return table.sort_by([("valid_from", "ascending"), ("currency", "ascending")])


def digest_of(rows: pa.Table) -> str:
    """Return a hash of rows, equal for equal rows."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, rows.schema) as stream:
        stream.write_table(rows.combine_chunks())
    return hashlib.sha256(sink.getvalue()).hexdigest()


def intervals_on(day: str, rows: pa.Table, reporting_currency: str) -> list[RateInterval]:
    """Return the rates to a reporting currency that apply on a day."""
    valid = rows.filter(
        (pc.field("reporting_currency") == reporting_currency)
        & (pc.field("valid_from") <= day)
        & (pc.field("valid_before") > day)
    )
    spans = [RateInterval(**row) for row in valid.select(RATE_COLUMNS[1:]).to_pylist()]
    return sorted(spans, key=lambda span: span.currency)


def quotes_written(held: Sequence[HeldQuote]) -> bytes:
    """Serialize the stored quotes, in the given order."""
    quoted = {name: [getattr(each.quote, name) for each in held] for name in _QUOTE.names}
    origin = {name: [getattr(each.origin, name) for each in held] for name in _ORIGIN.names}
    return write_parquet(pa.table({**quoted, **origin}, schema=_QUOTES))


def quotes_in(data: bytes) -> list[HeldQuote]:
    """Parse the stored quotes."""
    table = read_parquet(data, _QUOTES)
    quotes = map(Quote, *(table[name].to_pylist() for name in _QUOTE.names))
    files, digests, moments = (table[name].to_pylist() for name in _ORIGIN.names)
    origins = map(Origin, files, digests, (moment.replace(tzinfo=UTC) for moment in moments))
    return list(map(HeldQuote, quotes, origins))
