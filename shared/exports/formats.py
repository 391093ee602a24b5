"""Writes rows as CSV and JSON files, piece by piece."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import orjson

from shared.exports.cells import Batch, csv_header, csv_lines, json_lines
from shared.exports.models import ExportFormat
from shared.runtime.errors import InternalError

if TYPE_CHECKING:
    from shared.exports.columns import Column
    from shared.exports.details import ExportDetails

_AT_ONCE = 20_000
"""Rows that are written at a time: what that takes beside them is in the cache of a processor, and small."""


def file_pieces(details: "ExportDetails", columns: "Sequence[Column]", batches: Iterable[Batch]) -> Iterator[bytes]:
    """Yield the file of an export that is not a document.

    Raises:
        InternalError: there are not as many rows as were counted.
    """
    complete = counted(batches, details.rows)
    if details.request.format is ExportFormat.CSV:
        return csv_file(columns, complete)
    return json_file(columns, complete, details.manifest)


def csv_file(columns: "Sequence[Column]", batches: Iterable[Batch]) -> Iterator[bytes]:
    """Yield a CSV file with a header (RFC 4180)."""
    yield csv_header(columns)
    for batch in _slices(batches):
        yield csv_lines(columns, batch)


def json_file(columns: "Sequence[Column]", batches: Iterable[Batch], manifest: Mapping[str, Any]) -> Iterator[bytes]:
    """Yield a JSON file: `{"manifest": …, "rows": […]}`."""
    yield b'{"manifest":' + orjson.dumps(manifest) + b',"rows":['
    is_first = True
    for batch in _slices(batches):
        lines = json_lines(columns, batch)
        yield lines[1:] if is_first else lines
        is_first = False
    yield b"\n]}\n"


def counted(batches: Iterable[Batch], rows: int) -> Iterator[Batch]:
    """Let batches pass, and make sure that none of their rows is missing.

    Raises:
        InternalError: there are not as many rows as were counted.
    """
    found = 0
    for batch in batches:
        found += batch.num_rows
        yield batch
    if found != rows:
        raise InternalError(f"{found} rows were read and {rows} counted; the export is not complete")


def _slices(batches: Iterable[Batch]) -> Iterator[Batch]:
    for batch in batches:
        for start in range(0, batch.num_rows, _AT_ONCE):
            yield batch.slice(start, _AT_ONCE)
