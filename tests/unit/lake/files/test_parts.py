"""Parts are cut alike every time, can be left out, and never hold more than memory is meant for."""

import csv
import gzip
import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.lake.files.options import FileFormat, FileOptions
from shared.lake.files.reader import read_parts
from shared.lake.validation.tables import rows_of
from shared.records.validation import Form
from tests.fakes.malformed_files import csv_of, line
from tests.tiers import examples, one_in

LONG = "x" * 10_000
REPEATED, ROWS_EACH = 90, 500
FIELDS = {
    "transaction_id": "t",
    "timestamp": "2025-02-27T10:15:00Z",
    "product_id": "p",
    "product_name": LONG[:4000],
    "note": LONG[4000:],
}
PEAK = """
import resource, sys
from datetime import UTC, datetime
from pathlib import Path
from shared.lake.parquet.columns import IngestMetadata, write_parquet
from shared.lake.files.options import FileOptions
from shared.lake.files.reader import read_parts
from shared.lake.validation.rows import validate_rows, validate_table
from shared.records.schema import DataType
from shared.records.validation import Form

at = datetime(2025, 3, 1, tzinfo=UTC)
stamp = IngestMetadata(source_id="shop", ingested_at=at, origin="o", reporting_currency="EUR")
rows = 0
with Path(sys.argv[1]).open("rb") as file:
    for part in read_parts(file, FileOptions()):
        taker = validate_rows if isinstance(part.rows, list) else validate_table
        taken = taker(DataType.TRANSACTIONS, part.rows, form=Form(sys.argv[2]), at=at, stamp=stamp)
        write_parquet(taken.table)
        rows += len(taken.table)
status = Path("/proc/self/status").read_text()
peak = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))
print(rows, int(peak) // 1024)
"""
"""The peak of this program itself, without that of the test process."""


def test_finished_parts_are_skipped_and_others_keep_numbers_and_lines() -> None:
    content = csv_of(*(line(number) for number in range(10)))

    parts = list(read_parts(io.BytesIO(content), FileOptions(), rows_per_part=3, skip=2))

    assert [(part.number, list(part.places)) for part in parts] == [(2, [8, 9, 10]), (3, [11])]


def test_large_records_make_smaller_parts() -> None:
    content = b"\n".join(json.dumps({"a": "x" * 500_000, "b": number}).encode() for number in range(200))

    parts = list(read_parts(io.BytesIO(content), FileOptions()))

    assert len(parts) > 2
    assert [row["b"] for part in parts for row in part.rows] == list(range(200))


@pytest.mark.parametrize(
    "options",
    [
        {"delimiter": ";;"},
        {"delimiter": "\n"},
        {"delimiter": '"', "quote": '"'},
        {"encoding": "klingon"},
        {"encoding": "base64"},
        {"format": "xls"},
        {"sheet": 1},
    ],
    ids=str,
)
def test_invalid_options_are_refused(options: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        FileOptions.model_validate(options)


@pytest.mark.parametrize(
    ("delimiter", "quote"),
    [(",", '"'), (";", '"'), ("\t", '"'), ("|", '"'), (";", "'")],
)
def test_delimiter_and_quote_are_detected_even_if_texts_contain_others(delimiter: str, quote: str) -> None:
    text = f"{quote}a, b; c{delimiter} d | e\tf{quote}"
    header = delimiter.join([f"{quote}note{quote}", "price", "unit"])
    content = "\n".join([header, *(delimiter.join([text, "1,5", "kg;m"]) for _ in range(5))])
    if delimiter in ",;":
        content = content.replace("1,5", "1.5").replace("kg;m", "kg")

    (part,) = read_parts(io.BytesIO(content.encode()), FileOptions(format=FileFormat.CSV))

    assert not isinstance(part.rows, list)
    assert part.rows.column_names == ["note", "price", "unit"]
    assert set(part.rows["note"].to_pylist()) == {text[1:-1]}


_CELLS = st.lists(st.sampled_from(["a", '"', ",", "\n", "\r\n", "é", " ", "'", ";"]), max_size=4).map("".join)


@settings(deadline=None, max_examples=examples(150))
@given(rows=st.lists(st.tuples(_CELLS, _CELLS, _CELLS).filter(any), min_size=1, max_size=9))
def test_any_quoted_csv_is_read_back_with_its_line_numbers(
    rows: list[tuple[str, str, str]],
) -> None:
    text, first_lines = io.StringIO(), []
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["a", "b", "c"])
    for row in rows:
        first_lines.append(text.getvalue().count("\n") + 1)
        writer.writerow(row)
    options = FileOptions(format=FileFormat.CSV, header=True, delimiter=",", quote='"')

    parts = list(read_parts(io.BytesIO(text.getvalue().encode()), options, rows_per_part=3))

    assert [tuple(row.values()) for part in parts for row in rows_of(part.rows, form=Form.TEXT)] == rows
    assert [place for part in parts for place in part.places] == first_lines


_JSON = st.recursive(
    st.sampled_from([None, 1, 0.5, True, "x", "},{", '"', "]"]),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(["a", "b", "},{"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(deadline=None, max_examples=examples(150))
@given(rows=st.lists(_JSON, min_size=1, max_size=9), indent=st.sampled_from([None, 2]))
def test_an_array_of_anything_is_read_element_by_element(rows: list[object], indent: int | None) -> None:
    content = json.dumps(rows, indent=indent).encode()

    parts = list(read_parts(io.BytesIO(content), FileOptions(), rows_per_part=3))

    assert [row for part in parts for row in part.rows] == rows


def _csv(path: Path) -> str:
    rows = ",".join([*FIELDS.values(), "2", "9.5"]) + "\n"
    header = gzip.compress((",".join([*FIELDS, "quantity", "unit_price"]) + "\n").encode())
    path.write_bytes(header + gzip.compress(rows.encode() * ROWS_EACH, 1) * REPEATED)
    return "text"


def _json_lines(path: Path) -> str:
    rows = json.dumps({**FIELDS, "quantity": 2, "unit_price": 9.5}).encode() + b"\n"
    path.write_bytes(gzip.compress(rows * ROWS_EACH, 1) * REPEATED)
    return "typed"


def _json_array(path: Path) -> str:
    row = json.dumps({**FIELDS, "quantity": 2, "unit_price": 9.5}).encode()
    path.write_bytes(
        gzip.compress(b"[" + row) + gzip.compress((b"," + row) * ROWS_EACH, 1) * REPEATED + gzip.compress(b"]")
    )
    return "typed"


def _xml(path: Path) -> str:
    fields = {**FIELDS, "quantity": "2", "unit_price": "9.5"}
    row = "<sale>" + "".join(f"<{name}>{value}</{name}>" for name, value in fields.items()) + "</sale>\n"
    rows = gzip.compress(row.encode() * ROWS_EACH, 1) * REPEATED
    path.write_bytes(gzip.compress(b"<sales>") + rows + gzip.compress(b"</sales>"))
    return "text"


def _parquet(path: Path) -> str:
    """One row group of all rows, so that only batches bound the memory; barely compressed, so that it is accepted."""
    count = ROWS_EACH * REPEATED
    columns = {name: pa.DictionaryArray.from_arrays(pa.repeat(0, count), [value]) for name, value in FIELDS.items()}
    table = pa.table(columns | {"quantity": pa.repeat(2, count), "unit_price": pa.repeat(9.5, count)})
    pq.write_table(table, path, row_group_size=count, store_schema=False, use_dictionary=False)
    return "typed"


@pytest.mark.parametrize("write", one_in(5, [_csv, _json_lines, _json_array, _xml, _parquet]))
def test_a_file_of_450_megabytes_needs_less_than_400(write: Callable[[Path], str], tmp_path: Path) -> None:
    form = write(tmp_path / "file")

    program = [sys.executable, "-c", PEAK, str(tmp_path / "file"), form]
    done = subprocess.run(program, capture_output=True, text=True, check=False)  # noqa: S603 # our own script

    assert done.stderr == ""
    rows, peak = map(int, done.stdout.split())
    assert rows in {ROWS_EACH * REPEATED, ROWS_EACH * REPEATED + 1}
    assert peak < 400, f"{peak} MiB"
