"""Footers of Parquet files: their columns and the compressed bytes of each."""

from collections import OrderedDict, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from infra.local.athena.partitions import text

REMEMBERED = 20_000


@dataclass(frozen=True)
class Footer:
    """Holds a file's schema, as something to compare by and as names, and the bytes of each column."""

    signature: tuple[str, ...]
    columns: Mapping[str, str]
    sizes: Mapping[str, int]


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
    schemas: dict[str, list[tuple[str, str, int | None]]] = defaultdict(list)
    query = f"SELECT file_name, name, duckdb_type, num_children, type, logical_type FROM parquet_schema({files})"  # noqa: S608 quoted above
    signatures: dict[str, list[str]] = defaultdict(list)
    for file, *row in session.execute(query).fetchall():
        schemas[file].append((row[0], row[1], row[2]))
        signatures[file].append("|".join(map(str, row)))
    sizes: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    query = f"SELECT file_name, path_in_schema, total_compressed_size FROM parquet_metadata({files})"  # noqa: S608 quoted above
    for file, column, size in session.execute(query).fetchall():
        sizes[file][column.split(", ")[0].lower()] += size
    return {
        path: Footer(tuple(signatures[str(path)]), _top_level(schemas[str(path)]), dict(sizes[str(path)]))
        for path in paths
    }


def _top_level(rows: list[tuple[str, str, int | None]]) -> dict[str, str]:
    """Select the columns from the flattened tree: the children of the root."""
    columns: dict[str, str] = {}
    remaining = iter(rows[1:])
    for name, _, children in remaining:
        columns[name.lower()] = name
        below = children or 0
        while below:
            below += (next(remaining)[2] or 0) - 1
    return columns
