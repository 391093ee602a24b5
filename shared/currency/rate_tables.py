"""Reference rates in the lake: the stored quotes, and the table that Athena reads."""

from collections.abc import Sequence
from datetime import UTC

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from shared.currency.quotes import HeldQuote, Origin, Quote
from shared.currency.rate_intervals import RateInterval
from shared.lake.catalog.tables import EXCHANGE_RATES
from shared.lake.parquet.columns import MOMENT, read_parquet, write_parquet
from shared.lake.storage.paths import REFERENCE, safe_part

TABLE_KEY = f"{EXCHANGE_RATES.prefix}rates.parquet"
QUOTES_KEY = f"{REFERENCE}/quotes/quotes.parquet"
_ROWS_TOGETHER = 8192
_TABLE = pa.schema(
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


def table_of(reporting_currency: str, spans: Sequence[RateInterval]) -> bytes:
    """Serialize the rates to the reporting currency as a Parquet table.

    Small row groups with statistics let a query read only the rates of its days.
    """
    columns = {name: [getattr(span, name) for span in spans] for name in _TABLE.names[1:]}
    table = pa.table({"reporting_currency": [reporting_currency] * len(spans), **columns}, schema=_TABLE)
    sink = pa.BufferOutputStream()
    pq.write_table(
        table.sort_by([("valid_from", "ascending"), ("currency", "ascending")]),
        sink,
        compression="zstd",
        use_dictionary=[name for name in _TABLE.names if name != "rate"],
        write_statistics=["valid_from", "valid_before"],
        row_group_size=_ROWS_TOGETHER,
    )
    data: bytes = sink.getvalue().to_pybytes()
    return data


def intervals_on(day: str, table: bytes, reporting_currency: str) -> list[RateInterval]:
    """Return the rates to a reporting currency that apply on a day."""
    held = read_parquet(table, _TABLE)
    valid = held.filter(
        (pc.field("reporting_currency") == reporting_currency)
        & (pc.field("valid_from") <= day)
        & (pc.field("valid_before") > day)
    )
    return [RateInterval(**row) for row in valid.drop_columns("reporting_currency").to_pylist()]


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
