"""Writes the roll-ups of a partition; a roll-up is replaced only by one of the same or a newer base."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pyarrow as pa

from shared.lake.parquet.columns import write_parquet
from shared.lake.parquet.receipt import Receipt, attach_receipt, read_sequence
from shared.lake.rollups.compute import ROLLUPS, roll_up
from shared.lake.storage.object_store import LakeStore, LostUpdate, StoredObject
from shared.lake.storage.paths import PartitionId

_AT_ONCE = 4


@dataclass(frozen=True)
class RollupWriter:
    """Refreshes the roll-ups of partitions.

    With `force`, roll-ups of the current base are computed again and written where they differ, for example because an
    older version of the code computed them.
    """

    lake: LakeStore
    force: bool = False

    def refresh(self, partition: PartitionId, base: pa.Table, sequence: int) -> None:
        """Write roll-ups that are missing or computed from an older base, in parallel."""
        names = ROLLUPS.get(partition.data_type, ())
        if not names:
            return
        keys = [partition.rollup_key(name) for name in names]
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            stored = list(pool.map(self.lake.get, keys))
            if not any(self._is_outdated(each, sequence) for each in stored):
                return
            tables = roll_up(partition.data_type, base)
            written = pool.map(
                lambda name, key, each: self._write(key, each, tables[name], sequence), names, keys, stored
            )
            is_done = all(list(written))
        if not is_done:
            self.refresh(partition, base, sequence)

    def _write(self, key: str, stored: StoredObject | None, table: pa.Table, sequence: int) -> bool:
        """Replace one roll-up; return False if another process did at the same time."""
        if not self._is_outdated(stored, sequence):
            return True
        body = write_parquet(attach_receipt(table, Receipt(sequence=sequence)))
        if stored is not None and stored.body == body:
            return True
        try:
            self.lake.replace(key, body, expected=stored)
        except LostUpdate:
            return False
        return True

    def _is_outdated(self, stored: StoredObject | None, sequence: int) -> bool:
        stored_sequence = -1 if stored is None else read_sequence(stored.body)
        return stored_sequence <= sequence if self.force else stored_sequence < sequence
