"""Files of sale lines to checked columns: rows a second of one core, against pandas and pandera.

Both trim texts, check the same bounds and end with exact amounts; a second is one of the processor's, which others may
use meanwhile. Unknown fields, the platform's own columns and errors with their rows are ours alone.
"""

import csv
import io
import os
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from xml.sax.saxutils import escape

import orjson
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from bench.measure import Row, medians
from bench.sales import sale_lines
from shared.lake.files.options import FileFormat, FileOptions
from shared.lake.files.reader import read_parts
from shared.lake.parquet.columns import IngestMetadata
from shared.lake.validation.rows import ValidatedRows, validate_rows, validate_table
from shared.records.currencies import ISO_4217
from shared.records.schema import DataType
from shared.records.validation import Form

with warnings.catch_warnings():  # of a type checker that is not used here
    warnings.simplefilter("ignore", UserWarning)
    import pandera.pandas as pandera
    from pandera.engines import pandas_engine

LINES = 100_000
FASTER = 5
AT = datetime(2026, 4, 1, tzinfo=UTC)
STAMP = IngestMetadata(source_id="bench", ingested_at=AT, origin="batch-1", reporting_currency="USD")
_REQUIRED_IDS = ("transaction_id", "product_id")
_OPTIONAL_IDS = ("order_id", "customer_id")
_TEXTS = ("product_name", "product_category", "channel", "region")


def measure() -> list[Row]:
    """Read and check the same file both ways, one core for each."""
    lines = sale_lines(LINES)
    with _one_core():
        return [
            _compared(FileFormat.CSV, _csv(lines), _from_csv, at_least=FASTER),
            _compared(FileFormat.PARQUET, _parquet(lines), pd.read_parquet, at_least=FASTER),
            _compared(FileFormat.JSON, _json_lines(lines), _from_json_lines),
            _compared(FileFormat.XML, _xml(lines), _from_xml),
        ]


def _compared(
    file_format: FileFormat, data: bytes, read: Callable[[io.BytesIO], pd.DataFrame], *, at_least: float | None = None
) -> Row:
    schema = _pandera_schema()
    contenders = {
        "ours": lambda: _ours(file_format, data),
        "theirs": lambda: schema.validate(_ready(read(io.BytesIO(data))), lazy=True),
    }
    taken = medians(contenders, runs=3, clock=time.process_time)
    ratio = taken["theirs"] / taken["ours"]
    return Row(
        name=f"{file_format} file, {LINES} sale lines to checked columns",
        ours=f"{LINES / taken['ours']:,.0f} rows/s",
        against="pandas + pandera",
        theirs=f"{LINES / taken['theirs']:,.0f} rows/s",
        ratio=ratio,
        aim="-" if at_least is None else f"at least {at_least:g} x faster",
        met=None if at_least is None else ratio >= at_least,
    )


def _ours(file_format: FileFormat, data: bytes) -> list[ValidatedRows]:
    """All parts as columns; every line is good."""
    found = [_taken(part.rows, file_format) for part in read_parts(io.BytesIO(data), FileOptions(format=file_format))]
    if any(taken.errors for taken in found):
        raise AssertionError(found[0].errors[:3])
    return found


def _taken(rows: pa.Table | list[object], file_format: FileFormat) -> ValidatedRows:
    form = Form.TEXT if file_format in (FileFormat.CSV, FileFormat.XML) else Form.TYPED
    if isinstance(rows, list):
        return validate_rows(DataType.TRANSACTIONS, rows, form=form, at=AT, stamp=STAMP)
    return validate_table(DataType.TRANSACTIONS, rows, form=form, at=AT, stamp=STAMP)


def _pandera_schema() -> pandera.DataFrameSchema:
    """The checks of the data model on the columns of the file."""
    check = pandera.Check
    required = {name: pandera.Column(str, check.str_length(1, 128)) for name in _REQUIRED_IDS}
    optional = {name: pandera.Column(str, check.str_length(1, 128), nullable=True) for name in _OPTIONAL_IDS}
    texts = {name: pandera.Column(str, nullable=True) for name in _TEXTS}
    earliest = pd.Timestamp("1990-01-01", tz="UTC")
    return pandera.DataFrameSchema(
        {
            **required,
            **optional,
            **texts,
            "timestamp": pandera.Column(None, check.in_range(earliest, pd.Timestamp(AT))),
            "quantity": pandera.Column(pandas_engine.Decimal(18, 4), check.in_range(-(10**9), 10**9), coerce=True),
            "unit_price": pandera.Column(pandas_engine.Decimal(18, 6), check.in_range(0, 10**12 - 1), coerce=True),
            "currency": pandera.Column(str, check.isin(ISO_4217), nullable=True),
            "status": pandera.Column(str, check.isin(["completed", "pending", "cancelled"]), nullable=True),
        }
    )


def _ready(frame: pd.DataFrame) -> pd.DataFrame:
    for name in (*_REQUIRED_IDS, *_OPTIONAL_IDS, *_TEXTS):
        frame[name] = frame[name].str.strip()
    frame["timestamp"] = pd.to_datetime(frame["timestamp"], utc=True, format="ISO8601")
    return frame


def _from_csv(file: io.BytesIO) -> pd.DataFrame:
    return pd.read_csv(file, dtype=str, keep_default_na=False, na_values=[""])


def _from_json_lines(file: io.BytesIO) -> pd.DataFrame:
    return pd.read_json(file, lines=True, dtype=False, convert_dates=False)


def _from_xml(file: io.BytesIO) -> pd.DataFrame:
    return pd.read_xml(file, parser="etree", dtype=str)


def _csv(lines: list[dict[str, object]]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(lines[0]))
    writer.writeheader()
    writer.writerows(lines)
    return text.getvalue().encode()


def _parquet(lines: list[dict[str, object]]) -> bytes:
    """Typed as whoever has typed columns writes them: times are times."""
    table = pa.Table.from_pylist(lines)
    moments = table["timestamp"].cast(pa.timestamp("ms", "UTC"))
    table = table.set_column(table.column_names.index("timestamp"), "timestamp", moments)
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink)
    data: bytes = sink.getvalue().to_pybytes()
    return data


def _json_lines(lines: list[dict[str, object]]) -> bytes:
    return b"\n".join(map(orjson.dumps, lines))


def _xml(lines: list[dict[str, object]]) -> bytes:
    rows = ["".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in line.items()) for line in lines]
    return f"<lines>{''.join(f'<line>{row}</line>' for row in rows)}</lines>".encode()


@contextmanager
def _one_core() -> Iterator[None]:
    """Keep this process on one of its cores."""
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)
