"""Decompression bombs and hostile JSON have a defined result on every ingestion path."""

import gzip
import io
import json
import tracemalloc
from collections.abc import Iterator, Mapping
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from functions.ingest.handler import app, handler
from shared.app.wiring import Wiring, wiring
from shared.ingestion.stream.consumer import consume_batch
from shared.lake.files.csv_dialect import MOST_COLUMNS
from shared.lake.files.errors import UnreadableFile
from shared.lake.files.options import FileOptions
from shared.lake.files.reader import read_parts
from shared.ledger.entry import UNATTRIBUTED
from shared.runtime import strict_json
from tests.events.api_gateway import context, rest_event
from tests.events.kinesis import kinesis_event
from tests.fakes.answers import Answer
from tests.fakes.identities import Visitor
from tests.fakes.malformed_files import csv_of, line
from tests.fakes.records import AT, sale
from tests.fakes.state_dump import base_rows
from tests.functions.file_loader.files import status, upload

MB = 2**20
DOCUMENTS = {
    "arrays without end": "[" * 100_000,
    "objects without end": '{"a":' * 100_000,
    "deeper than any record": "[" * 300 + "]" * 300,
    "a number beyond any double": "1e400",
    "a number of 100 000 digits": "9" * 100_000,
    "a name twice": '{"a":1,"a":2}',
    "a name twice, deep down": '{"a":' * 200 + '{"b":1,"b":1}' + "}" * 200,
    "a name twice among many": "{" + ",".join(f'"k{n}":1' for n in range(20_000)) + ',"k19999":2}',
}
"""Refused JSON, by what is wrong with it."""


@pytest.fixture(params=list(DOCUMENTS.values()), ids=list(DOCUMENTS))
def document(request: pytest.FixtureRequest) -> str:
    text: str = request.param
    return text


def _call(wired: Wiring, raw: bytes, **headers: str) -> Answer:
    app.dependency_overrides[wiring] = lambda: wired
    try:
        token = Visitor(wired.identity).token
        return Answer.of(
            handler(rest_event("POST", "/api/v1/ingest/batch", token=token, raw=raw, headers=headers), context())
        )
    finally:
        app.dependency_overrides.clear()


def _body(row: str) -> bytes:
    return f'{{"source_id":"web-shop","data_type":"transactions","format":"json","data":[{row}]}}'.encode()


def test_a_body_with_hostile_json_is_a_bad_request(wired: Wiring, document: str) -> None:
    assert _call(wired, _body(document)).status == 400


def test_a_streamed_record_with_hostile_json_is_quarantined_alone(wired: Wiring, document: str) -> None:
    envelope = {"source_id": "web-shop", "data_type": "transactions", "timestamp": AT, "data": sale(1)}
    bomb = orjson.dumps(envelope)[:-1] + b',"correlation_id":' + document.encode() + b"}"

    entries = consume_batch(kinesis_event([bomb, orjson.dumps(envelope)])["Records"], wired.loader)

    assert {(each.source_id, each.received, each.rejected) for each in entries} == {
        ("web-shop", 1, 0),
        (UNATTRIBUTED, 1, 1),
    }


def test_a_file_line_with_hostile_json_is_quarantined_alone(document: str) -> None:
    content = b"\n".join([orjson.dumps(sale(1)), b'{"a":' + document.encode() + b"}", orjson.dumps(sale(2))])
    parts, failure = _read(content)

    assert failure is None
    assert [(rows, malformed) for rows, malformed, _ in parts] == [(2, 1)]


def test_the_search_for_duplicate_names_takes_linear_time() -> None:
    """20 000 names were compared with each other once: hours for a body of 64 MB."""
    looked_at = 0

    class Name(str):
        __slots__ = ()

        def __eq__(self, other: object) -> bool:
            nonlocal looked_at
            looked_at += 1
            return str.__eq__(self, other)

        __hash__ = str.__hash__

    pairs = [(Name(f"k{n}"), 1) for n in range(2000)]
    with pytest.raises(strict_json.NotStrictJson, match="k1999"):
        strict_json.without_duplicates([*pairs, (Name("k1999"), 2)])

    assert looked_at < 100_000


def _zstd(data: bytes) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as file:
        file.write(data)
    whole: bytes = sink.getvalue().to_pybytes()
    return whole


def test_an_oversized_inflated_body_is_too_large_and_double_gzip_is_malformed(wired: Wiring) -> None:
    bomb = gzip.compress(b" " * (64 * MB + 1), 1)

    assert _call(wired, bomb, **{"Content-Encoding": "gzip"}).status == 413
    assert _call(wired, gzip.compress(bomb), **{"Content-Encoding": "gzip"}).status == 400


@pytest.mark.parametrize(
    "bomb", [gzip.compress(b" " * (17 * MB), 1), gzip.compress(gzip.compress(b"{}" * MB))], ids=["blanks", "in gzip"]
)
def test_a_streamed_gzip_bomb_is_quarantined(wired: Wiring, bomb: bytes) -> None:
    [entry] = consume_batch(kinesis_event([bomb])["Records"], wired.loader)

    assert (entry.received, entry.rejected) == (1, 1)


def _parquet(**columns: pa.Array) -> bytes:
    count = len(next(iter(columns.values())))
    sales = {name: pa.repeat(pa.scalar(value), count) for name, value in sale(1).items()}
    sink = io.BytesIO()
    pq.write_table(pa.table(sales | columns), sink, compression="zstd", store_schema=False)
    return sink.getvalue()


def _repeated(text: str, count: int, *, after: int = 0) -> pa.Array:
    """A text that the file has once, behind so many short ones."""
    numbers = pa.concat_arrays([pa.repeat(pa.scalar(0, pa.int32()), after), pa.repeat(pa.scalar(1, pa.int32()), count)])
    return pa.DictionaryArray.from_arrays(numbers, pa.array(["s", text]))


def _one_list(values: pa.Array) -> pa.Array:
    return pa.ListArray.from_arrays(pa.array([0, len(values)], pa.int32()), values)


def _bombs() -> Iterator[tuple[str, bytes, Mapping[str, Any], str]]:
    header = b"transaction_id,quantity\n"
    csv_bomb = header + b"x" * (8 * MB)
    yield "a field of CSV without end in gzip", gzip.compress(csv_bomb), {"format": "csv"}, "record_too_long"
    yield "a field of CSV without end in zstd", _zstd(csv_bomb), {"format": "csv"}, "record_too_long"
    yield "gzip in gzip", gzip.compress(gzip.compress(header * MB)), {"format": "csv"}, "wrong_format"
    yield "blanks before an array", gzip.compress(b"[" + b" " * (40 * MB), 1), {}, "truncated"
    yield "blanks behind an array", gzip.compress(b"[1]" + b" " * (40 * MB) + b"x", 1), {}, "not_well_formed"
    many = ",".join(f"c{number}" for number in range(MOST_COLUMNS + 1))
    yield "columns without end", f"{many}\n{many}\n".encode(), {"format": "csv"}, "columns"
    wide = ",".join(f"c{number}" for number in range(100_000))
    yield "a header without end", f"{wide}\n{wide}\n".encode(), {"format": "csv"}, "record_too_long"
    yield "XML without end", b"<s>" + b"<r>" * 200, {}, "nested_too_deep"
    attributes = " ".join(f'a{number}="{"x" * 50}"' for number in range(30_000))
    yield "attributes of XML without end", f"<s><r {attributes}/></s>".encode(), {}, "record_too_long"
    names = " ".join(f'{"n" * 500}{number}=""' for number in range(3000))
    yield "names of XML without end", f"<s><r {names}/></s>".encode(), {}, "record_too_long"
    yield "a text in all rows but the first", _parquet(note=_repeated("x" * 100_000, 20_000, after=500)), {}, ""
    yield "a list of repeated texts", _parquet(note=_one_list(_repeated("x" * 1000, 300_000))), {}, "too_compressed"
    yield "a text larger than a record", _parquet(note=_repeated("x" * (5 * MB), 1)), {}, "record_too_long"
    yield "a dictionary larger than memory", _parquet(note=_repeated("x" * (65 * MB), 1)), {}, "page_too_large"
    yield "values wider than a record", _parquet(note=pa.array([b"x" * (2 * MB)], pa.binary(2 * MB))), {}, "columns"
    yield (
        "Parquet with columns without end",
        _parquet(**{f"c{n}": pa.array([1]) for n in range(MOST_COLUMNS)}),
        {},
        "columns",
    )
    numbers = pa.repeat(pa.scalar(0, pa.int8()), 20_000_001)
    yield "a list of more numbers than memory", _parquet(note=_one_list(numbers)), {}, "columns"


BOMBS = {name: (content, said, code or "too_compressed") for name, content, said, code in _bombs()}


def _read(content: bytes, **said: Any) -> tuple[list[tuple[int, int, int]], str | None]:
    """Rows, malformed records and bytes of each part, and with which code the file ends."""
    found: list[tuple[int, int, int]] = []
    try:
        for part in read_parts(io.BytesIO(content), FileOptions.model_validate(said)):
            size = part.rows.nbytes if isinstance(part.rows, pa.Table) else len(json.dumps(part.rows))
            found.append((len(part.rows), len(part.malformed), size))
    except UnreadableFile as error:
        return found, error.code
    return found, None


@pytest.mark.parametrize("name", BOMBS)
def test_a_file_bomb_fails_with_a_code_before_exhausting_memory(name: str) -> None:
    content, said, code = BOMBS[name]
    tracemalloc.start()

    parts, failure = _read(content, **said)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert failure == code
    assert all(size <= 32 * MB for _, _, size in parts)
    assert peak < 40 * MB


@pytest.mark.parametrize("name", ["a text in all rows but the first", "gzip in gzip"])
def test_an_uploaded_bomb_is_a_failed_batch(wired: Wiring, name: str) -> None:
    content, said, code = BOMBS[name]

    batch_id = upload(wired, content, **{"format": "parquet", **said})

    told = status(wired, batch_id)
    assert (told.status, [each.code for each in told.errors or ()]) == ("failed", [code])
    assert base_rows(wired.settings) == {}


def test_repeated_texts_are_decoded_in_small_chunks_without_loss() -> None:
    content = _parquet(note=_repeated("x" * 100_000, 900, after=500))

    parts, failure = _read(content)

    assert failure is None
    assert sum(rows for rows, _, _ in parts) == 1400
    assert all(size <= 24 * MB for _, _, size in parts)


def test_a_csv_record_with_excess_fields_is_quarantined() -> None:
    content = csv_of(line(1), "," * 900_000, line(2))

    parts, failure = _read(content, format="csv")

    assert (failure, [(rows, malformed) for rows, malformed, _ in parts]) == (None, [(2, 1)])
