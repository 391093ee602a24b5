"""Footers of Parquet files: their columns and the compressed bytes of each."""

from collections import OrderedDict, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import duckdb

from infra.local.athena.partitions import text

REMEMBERED = 20_000


@dataclass(frozen=True)
class Footer:
    """Holds a file's schema, as something to compare by, as names and as field ids, and the bytes of each column."""

    signature: tuple[str, ...]
    columns: Mapping[str, str]
    fields: Mapping[int, str]
    sizes: Mapping[str, int]


class Element(NamedTuple):
    """A node of a file's schema, which is a tree flattened in depth-first order."""

    name: str
    children: int | None
    field_id: int | None


class Footers:
    """Remembers footers by path; a cached object never changes under its path."""

    def __init__(self) -> None:
        self._known: OrderedDict[Path, Footer] = OrderedDict()

    def read(self, session: duckdb.DuckDBPyConnection, paths: Sequence[Path]) -> list[Footer]:
        """Give the footers of files, reading those not yet known in one query."""
        known = {path: self._known[path] for path in paths if path in self._known}
        missing = [path for path in paths if path not in known]
        if missing:
            known |= _read(session, missing)
            self._known.update(known)
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return [known[path] for path in paths]


def _read(session: duckdb.DuckDBPyConnection, paths: list[Path]) -> dict[Path, Footer]:
    files = f"[{', '.join(text(str(path)) for path in paths)}]"
    schemas: dict[str, list[Element]] = defaultdict(list)
    details = "name, num_children, field_id, duckdb_type, type, logical_type"
    query = f"SELECT file_name, {details} FROM parquet_schema({files})"  # noqa: S608 quoted above
    signatures: dict[str, list[str]] = defaultdict(list)
    for file, *row in session.execute(query).fetchall():
        schemas[file].append(Element(*row[:3]))
        signatures[file].append("|".join(map(str, row)))
    sizes: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    query = f"SELECT file_name, path_in_schema, total_compressed_size FROM parquet_metadata({files})"  # noqa: S608 quoted above
    for file, column, size in session.execute(query).fetchall():
        sizes[file][column.split(", ")[0].lower()] += size
    return {path: _footer(signatures[str(path)], schemas[str(path)], sizes[str(path)]) for path in paths}


def _footer(signature: list[str], elements: list[Element], sizes: Mapping[str, int]) -> Footer:
    columns = _top_level(elements)
    return Footer(
        tuple(signature),
        {column.name.lower(): column.name for column in columns},
        {column.field_id: column.name for column in columns if column.field_id is not None},
        dict(sizes),
    )


def _top_level(elements: list[Element]) -> list[Element]:
    """Select the columns: the children of the root."""
    columns: list[Element] = []
    remaining = iter(elements[1:])
    for element in remaining:
        columns.append(element)
        below = element.children or 0
        while below:
            below += (next(remaining).children or 0) - 1
    return columns
