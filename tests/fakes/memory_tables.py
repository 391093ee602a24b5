"""Tables in memory, with the snapshots and conflicts of Iceberg tables."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, count
from threading import Lock
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from shared.lake.catalog.table import LakeTable
from shared.lake.table.port import (
    FILE,
    POSITION,
    Bound,
    CommitConflict,
    DataFile,
    SnapshotExpired,
    TableChange,
    TableSnapshot,
)
from shared.lake.table.schema import MONTH, arrow_schema_of
from shared.records.schema import INGESTED_AT


class MemoryTables:
    """Tables whose files are Arrow tables; one file for each month of a commit."""

    def __init__(self) -> None:
        self._snapshots: dict[str, list[TableSnapshot]] = {}
        self._deleted: dict[tuple[int, str], pa.Array] = {}
        self._files: dict[str, pa.Table] = {}
        self._numbers = count(1)
        self._lock = Lock()

    def head(self, table: LakeTable) -> TableSnapshot:
        """Return the current snapshot."""
        return self._head(table)

    def snapshot(self, table: LakeTable, snapshot_id: int) -> TableSnapshot:
        """Return an earlier snapshot."""
        for each in self._snapshots.get(table.name, []):
            if each.id == snapshot_id:
                return each
        raise SnapshotExpired(f"{table.name} has no snapshot {snapshot_id}")

    def expire(self, table: LakeTable, snapshot_id: int) -> None:
        """Forget a snapshot."""
        self._snapshots[table.name] = [each for each in self._snapshots[table.name] if each.id != snapshot_id]

    def rows(
        self,
        table: LakeTable,
        snapshot: TableSnapshot,
        columns: Sequence[str],
        ranges: Sequence[tuple[Bound, Bound]] | None = None,
        files: Sequence[DataFile] | None = None,
    ) -> pa.Table:
        """Read the rows that are not deleted."""
        wanted = [each for each in (snapshot.files if files is None else files) if each.may_have(ranges)]
        return self._read(table, snapshot, columns, {each.path: None for each in wanted})

    def rows_at(
        self, table: LakeTable, snapshot: TableSnapshot, columns: Sequence[str], positions: Mapping[str, pa.Array]
    ) -> pa.Table:
        """Read the rows at positions that are not deleted."""
        live = {each.path for each in snapshot.files}
        return self._read(table, snapshot, columns, {path: at for path, at in positions.items() if path in live})

    def column(self, table: LakeTable, file: DataFile, column: str) -> pa.Array:  # noqa: ARG002 # the port's signature
        """Read one column of a file."""
        return self._files[file.path][column].combine_chunks()

    def commit(self, table: LakeTable, parent: TableSnapshot, change: TableChange) -> TableSnapshot:
        """Replace a snapshot by its successor."""
        with self._lock:
            if self._head(table).id != parent.id:
                raise CommitConflict(table.name)
            number = next(self._numbers)
            files = list(self._kept(parent, change, number))
            for rows in chain([] if change.rows is None else [change.rows], change.streamed):
                files += self._added(table, rows)
            made = TableSnapshot(number, parent.sequence + 1, dict(change.summary), tuple(files))
            self._snapshots.setdefault(table.name, []).append(made)
            return made

    def _head(self, table: LakeTable) -> TableSnapshot:
        return self._snapshots.get(table.name, [TableSnapshot()])[-1]

    def _kept(self, parent: TableSnapshot, change: TableChange, number: int) -> Iterator[DataFile]:
        for each in parent.files:
            if each.path in change.dropped:
                continue
            before = self._deleted.get((parent.id or 0, each.path), pa.array([], pa.int64()))
            more = change.deleted.get(each.path, pa.array([], pa.int64()))
            self._deleted[number, each.path] = pa.concat_arrays([before, more.cast(pa.int64())])
            yield replace(each, deleted=each.deleted + len(more))

    def _added(self, table: LakeTable, rows: pa.Table) -> Iterator[DataFile]:
        if not len(rows):
            return
        rows = rows.cast(pa.schema([arrow_schema_of(table).field(name) for name in rows.schema.names]))
        if table.time_column is None:
            yield self._file(table, rows)
            return
        times = rows[table.time_column]
        text = times if pa.types.is_string(times.type) else times.cast(pa.string())
        months = pc.utf8_slice_codeunits(text, 0, MONTH)
        for month in pc.unique(months).sort():
            yield self._file(table, rows.filter(pc.equal(months, month)))

    def _file(self, table: LakeTable, rows: pa.Table) -> DataFile:
        path = f"memory://{table.name}/{next(self._numbers)}"
        self._files[path] = rows
        ends: Mapping[str, Any] = {"min": None, "max": None}
        if table.time_column is not None:
            ends = pc.min_max(rows[table.time_column]).as_py()
        arrived = pc.max(rows[INGESTED_AT]).as_py() if INGESTED_AT in rows.column_names else None
        return DataFile(path, len(rows), rows.nbytes, first=ends["min"], last=ends["max"], arrived=arrived)

    def _read(
        self, table: LakeTable, snapshot: TableSnapshot, columns: Sequence[str], wanted: Mapping[str, pa.Array | None]
    ) -> pa.Table:
        schema = pa.schema([arrow_schema_of(table).field(name) for name in columns])
        parts = []
        for path, positions in wanted.items():
            rows = _located(self._files[path].select(list(columns)), path)
            if positions is not None:
                rows = rows.filter(pc.is_in(rows[POSITION], value_set=positions.cast(pa.int64())))
            deleted = self._deleted.get((snapshot.id or 0, path))
            if deleted is not None:
                rows = rows.filter(pc.invert(pc.is_in(rows[POSITION], value_set=deleted)))
            parts.append(rows)
        return pa.concat_tables([_located(schema.empty_table(), ""), *parts]).unify_dictionaries()


def _located(rows: pa.Table, path: str) -> pa.Table:
    names = pa.DictionaryArray.from_arrays(pa.repeat(pa.scalar(0, pa.int32()), len(rows)), [path])
    return rows.append_column(FILE, names).append_column(POSITION, pa.array(range(len(rows)), pa.int64()))
