"""Finds the rows of a table that have given keys, from the hidden column `_key` of its files.

The keys of a file never change, so they are read once per process: 8 bytes for each row held. Files that were read
longest ago are forgotten when they exceed the budget, and read again when they are needed.

With an identity horizon, keys are only looked for in files with rows that were received within it before the arriving
rows: then the index is as large as what arrives in that time, whatever the table holds. A nightly reconciliation finds
what lies beyond.
"""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from shared.lake.merge.fingerprints import KEY

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from shared.lake.catalog.table import LakeTable
    from shared.lake.table.port import DataFile, TableSnapshot, TableStore

MOST_BYTES = 512 * 1024 * 1024
_AT_ONCE = 4


class KeyIndex:
    """Looks keys up; one index serves all tables of a process."""

    def __init__(self, tables: "TableStore", most_bytes: int = MOST_BYTES, horizon: "timedelta | None" = None) -> None:
        self.horizon = horizon
        self._tables = tables
        self._most_bytes = most_bytes
        self._keys: OrderedDict[str, pa.Array] = OrderedDict()
        self._size = 0
        self._lock = Lock()

    def find(
        self, table: "LakeTable", snapshot: "TableSnapshot", keys: pa.Array, arrived: "datetime | None" = None
    ) -> Mapping[str, pa.Array]:
        """Return the positions of rows that may have one of the keys, by file; deleted rows are included.

        Args:
            table: a base table.
            snapshot: a snapshot of it.
            keys: first halves of the hashes of keys; rows of other keys with the same half are found too.
            arrived: when the first of the rows with these keys was received; None looks beyond the horizon.
        """
        if not len(keys):
            return {}

        def find_in(file: "DataFile") -> pa.Array:
            hit = pc.is_in(self._keys_of(table, file), value_set=keys)
            return pc.indices_nonzero(hit).cast(pa.int64())

        since = None if arrived is None or self.horizon is None else arrived - self.horizon
        files = [each for each in snapshot.files if each.may_have_arrived(since)]
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            found = list(pool.map(find_in, files))
        self._forget_others(table, files)
        return {file.path: at for file, at in zip(files, found, strict=True) if len(at)}

    def _keys_of(self, table: "LakeTable", file: "DataFile") -> pa.Array:
        with self._lock:
            known = self._keys.get(file.path)
            if known is not None:
                self._keys.move_to_end(file.path)
                return known
        read = self._tables.column(table, file, KEY)
        with self._lock:
            if file.path not in self._keys:
                self._keys[file.path] = read
                self._size += read.nbytes
            while self._size > self._most_bytes and len(self._keys) > 1:
                self._size -= self._keys.popitem(last=False)[1].nbytes
        return read

    def _forget_others(self, table: "LakeTable", searched: "Sequence[DataFile]") -> None:
        """Forget files of a table that a compaction replaced, or that lie beyond the horizon."""
        paths = {each.path for each in searched}
        marker = f"/{table.name}/"
        with self._lock:
            for path in [path for path in self._keys if marker in path and path not in paths]:
                self._size -= self._keys.pop(path).nbytes
