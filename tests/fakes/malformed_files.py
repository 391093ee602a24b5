"""Malformed files of transactions, each with the expected result."""

import gzip
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

HEADER = "transaction_id,timestamp,product_id,quantity,unit_price,product_name"


@dataclass(frozen=True, kw_only=True)
class MalformedFile:
    """A file, its declared options, and the expected result.

    `rows` is the number of rows, valid or not; `bad` has the positions of invalid rows, `malformed` those of malformed
    records; `failure` is the error code of the file as a whole.
    """

    name: str
    content: bytes
    options: Mapping[str, Any] = field(default_factory=dict)
    rows: int = 0
    bad: Sequence[int] = ()
    malformed: Sequence[int] = ()
    failure: str | None = None

    def __str__(self) -> str:
        return self.name

    @property
    def received(self) -> int:
        """Number of records, valid or not, before the file ends or becomes unreadable."""
        return self.rows + len(self.malformed)


def sale(number: int, **fields: Any) -> dict[str, Any]:
    """A valid row."""
    good = {"transaction_id": f"n-{number}", "timestamp": "2025-02-27T10:15:00Z", "product_id": "p-1"}
    return {**good, "quantity": 2, "unit_price": 9.5, "product_name": "Mug", **fields}


def line(number: int, **fields: Any) -> str:
    """A valid row as a CSV line."""
    return ",".join(str(value) for value in sale(number, **fields).values())


def csv_of(*lines: str, header: str = HEADER, end: str = "\n") -> bytes:
    """A file of lines below a header."""
    return (end.join([header, *lines]) + end).encode()


def parquet_of(rows: Sequence[Mapping[str, Any]], **columns: pa.Array) -> bytes:
    """A file of rows, some columns in types of their own."""
    table = pa.Table.from_pylist(list(rows))
    for name, values in columns.items():
        table = table.append_column(name, values)
    sink = io.BytesIO()
    pq.write_table(table, sink)
    return sink.getvalue()


def _zstd(data: bytes) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as file:
        file.write(data)
    whole: bytes = sink.getvalue().to_pybytes()
    return whole


THREE = csv_of(line(1), line(2), line(3))
_MANY = csv_of(*(line(number, product_name=f"Mug {number * 7919 % 1009}") for number in range(3000)))
_JSON = json.dumps([sale(1), sale(2), sale(3)]).encode()
_XML = (
    "<?xml version='1.0'?><sales>"
    + "".join("<sale>" + "".join(f"<{k}>{v}</{k}>" for k, v in sale(n).items()) + "</sale>" for n in (1, 2, 3))
    + "</sales>"
).encode()
_PARQUET = parquet_of([sale(1), sale(2), sale(3)])
_BOMB = (
    "<?xml version='1.0'?><!DOCTYPE s [<!ENTITY a 'ha'>"
    + "".join(f"<!ENTITY {chr(98 + n)} '{f'&{chr(97 + n)};' * 10}'>" for n in range(9))
    + "]><s><sale><product_id>&j;</product_id></sale></s>"
).encode()
_OUTSIDE = b"<!DOCTYPE s [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><s><sale><product_id>&x;</product_id></sale></s>"
_MIXED = csv_of(line(1, product_name="Käse"), line(2)) + line(3, product_name="Käse").encode("cp1252") + b"\n"

STRUCTURE = [
    MalformedFile(name="empty", content=b"", failure="empty_file"),
    MalformedFile(name="empty, gzip", content=gzip.compress(b""), failure="empty_file"),
    MalformedFile(name="only a header", content=csv_of(), failure="no_records"),
    MalformedFile(name="only blank lines", content=b"\n\r\n\n", options={"format": "csv"}, failure="no_records"),
    MalformedFile(name="an empty array", content=b"[ ]", failure="no_records"),
    MalformedFile(name="an empty root", content=b"<sales/>", failure="no_records"),
    MalformedFile(
        name="Parquet without rows",
        content=parquet_of([sale(1)][:0], a=pa.array([], pa.string())),
        failure="no_records",
    ),
    MalformedFile(
        name="a name twice",
        content=csv_of(line(1), header=HEADER.replace("product_name", "quantity")),
        failure="columns",
    ),
    MalformedFile(name="CSV, said to be Parquet", content=THREE, options={"format": "parquet"}, failure="wrong_format"),
    MalformedFile(name="CSV, said to be JSON", content=THREE, options={"format": "json"}, failure="wrong_format"),
    MalformedFile(name="CSV, said to be XML", content=THREE, options={"format": "xml"}, failure="wrong_format"),
    MalformedFile(name="JSON, said to be CSV", content=_JSON, options={"format": "csv"}, failure="wrong_format"),
    MalformedFile(name="XML, said to be CSV", content=_XML, options={"format": "csv"}, failure="wrong_format"),
    MalformedFile(name="Parquet, said to be CSV", content=_PARQUET, options={"format": "csv"}, failure="wrong_format"),
    MalformedFile(
        name="binary, said to be CSV", content=bytes(range(256)) * 9, options={"format": "csv"}, failure="wrong_format"
    ),
    MalformedFile(
        name="plain, said to be gzip", content=THREE, options={"compression": "gzip"}, failure="wrong_compression"
    ),
    MalformedFile(
        name="gzip, said to be plain",
        content=gzip.compress(THREE),
        options={"compression": "none"},
        failure="wrong_compression",
    ),
    MalformedFile(
        name="zstd, said to be gzip", content=_zstd(THREE), options={"compression": "gzip"}, failure="wrong_compression"
    ),
    MalformedFile(name="XML bomb", content=_BOMB, failure="forbidden_xml"),
    MalformedFile(name="an entity from outside", content=_OUTSIDE, failure="forbidden_xml"),
    MalformedFile(name="no such element", content=_XML, options={"record_element": "order"}, failure="no_records"),
    MalformedFile(name="Parquet cut off", content=_PARQUET[:-30], failure="truncated"),
    MalformedFile(name="a line without end", content=csv_of('x,"' + "y" * 3_000_000), failure="record_too_long"),
    MalformedFile(name="a JSON line without end", content=b'{"a":"' + b"y" * 3_000_000, failure="record_too_long"),
    MalformedFile(name="a JSON element without end", content=b'[{"a":"' + b"y" * 5_000_000, failure="record_too_long"),
    MalformedFile(name="JSON nested without end", content=b"[" * 100_000, failure="nested_too_deep"),
    MalformedFile(name="XML nested without end", content=b"<a>" * 300, failure="nested_too_deep"),
    MalformedFile(name="an XML tag without end", content=b"<a><b c='" + b"y" * 5_000_000, failure="record_too_long"),
]
"""Not one record of these is read."""

CUT = [
    MalformedFile(name="an array cut off", content=_JSON[:-20], rows=2, failure="truncated"),
    MalformedFile(
        name="an array with a broken element",
        content=_JSON.replace(b'"n-3",', b"oops"),
        rows=2,
        failure="not_well_formed",
    ),
    MalformedFile(name="text after an array", content=_JSON + b"oops", rows=3, failure="not_well_formed"),
    MalformedFile(name="XML cut off", content=_XML[:-40], rows=2, failure="truncated"),
    MalformedFile(
        name="XML with a wrong end", content=_XML.replace(b"</sales>", b"</sale>"), rows=3, failure="not_well_formed"
    ),
    MalformedFile(name="an open quote", content=csv_of(line(1), 'n-2,"x', line(3)), rows=1, failure="unclosed_quote"),
    MalformedFile(name="two encodings", content=_MIXED, rows=2, failure="encoding"),
    MalformedFile(
        name="not the encoding it is said to be in",
        content=_MIXED[_MIXED.rindex(b"n-3") :],
        options={"encoding": "utf-8", "header": False},
        failure="encoding",
    ),
]
"""Files of which the records before the damage are read."""

TRUNCATED_GZIP = gzip.compress(_MANY)[:-2000]
DAMAGED_GZIP = gzip.compress(_MANY)[:-8] + b"\0" * 8

READABLE = [
    MalformedFile(name="a byte order mark", content=b"\xef\xbb\xbf" + THREE, rows=3),
    MalformedFile(name="UTF-16", content=THREE.decode().encode("utf-16"), rows=3),
    MalformedFile(name="windows-1252", content=csv_of(line(1, product_name="Käse")).decode().encode("cp1252"), rows=1),
    MalformedFile(name="CRLF", content=csv_of(line(1), line(2), end="\r\n"), rows=2),
    MalformedFile(name="CR alone", content=csv_of(line(1), line(2), end="\r"), rows=2),
    MalformedFile(name="no line end at the end", content=THREE.rstrip(), rows=3),
    MalformedFile(name="blank lines", content=csv_of("", line(1), "", ",,,,,", line(2), ""), rows=2),
    MalformedFile(name="semicolons", content=THREE.replace(b",", b";"), rows=3),
    MalformedFile(name="tabs", content=THREE.replace(b",", b"\t"), rows=3),
    MalformedFile(
        name="no header",
        content=THREE.partition(b"\n")[2],
        options={"header": False, "columns": HEADER.split(",")},
        rows=3,
    ),
    MalformedFile(name="gzip", content=gzip.compress(THREE), rows=3),
    MalformedFile(name="gzip in two pieces", content=gzip.compress(THREE[:100]) + gzip.compress(THREE[100:]), rows=3),
    MalformedFile(name="zstd", content=_zstd(THREE), options={"compression": "zstd"}, rows=3),
    MalformedFile(
        name="quoted line breaks",
        content=csv_of(line(1, product_name='"Mug\nwith ""handle"""'), line(2, quantity="many"), line(3)),
        rows=3,
        bad=[4],
    ),
    MalformedFile(
        name="quoted line breaks before nothing", content=csv_of(line(1, product_name='"Mug\nand"'), ",,,,,"), rows=1
    ),
    MalformedFile(
        name="ragged rows",
        content=csv_of(line(1), "n-2,x", line(3), line(4) + ", ,", line(5) + ",,x"),
        rows=3,
        malformed=[3, 6],
    ),
    MalformedFile(
        name="broken JSON lines",
        content=b"\n".join(
            [
                json.dumps(sale(1)).encode(),
                b'{"a":',
                b"",
                b'{"a":1,"a":2}',
                b'{"a":NaN}',
                b"7",
                json.dumps(sale(2)).encode(),
            ]
        ),
        rows=3,
        bad=[6],
        malformed=[2, 4, 5],
    ),
    MalformedFile(
        name="an array with odd elements",
        content=_JSON[:-1] + b', {"a":1,"a":2}, null, ' + json.dumps(sale(4)).encode() + b"]",
        rows=5,
        bad=[5],
        malformed=[4],
    ),
    MalformedFile(name="10 001 records", content=csv_of(*(line(number) for number in range(10_001))), rows=10_001),
    MalformedFile(
        name="odd values",
        content=csv_of(
            line(1, transaction_id="x" * 10_000),
            line(2, unit_price="1e308"),
            line(3, timestamp="9999-12-31T23:59:59Z"),
            line(4, timestamp="31.12.2024 08:00"),
            line(5, quantity="nan"),
            line(6),
        ),
        rows=6,
        bad=[2, 3, 4, 5, 6],
    ),
    MalformedFile(name="XML as told", content=_XML, options={"record_element": "sale"}, rows=3),
    MalformedFile(name="Parquet", content=_PARQUET, rows=3),
    MalformedFile(
        name="Parquet with a lying schema",
        content=parquet_of(
            [{name: value for name, value in sale(number).items() if name != "quantity"} for number in (1, 2)],
            quantity=pa.array(["two", "2"]),
        ),
        rows=2,
        bad=[1, 2],
    ),
]
"""Files that are read completely; single records may be malformed."""

ALL = [*STRUCTURE, *CUT, *READABLE]
