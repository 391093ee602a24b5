"""The roll-ups of a partition in the lake: each as new as the base it stems from, and replaced only forwards."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pyarrow as pa

from shared.lake.parquet.columns import write_parquet
from shared.lake.parquet.receipt import Receipt, sequence_of, with_receipt
from shared.lake.rollups.compute import ROLLUPS, roll_up
from shared.lake.storage.object_store import LakeStore, LostUpdate, StoredObject
from shared.lake.storage.paths import PartitionId

_AT_ONCE = 4


@dataclass(frozen=True)
class RollUps:
    """Brings the roll-ups of partitions up to date.

    With `anew` those of the base itself are computed again too, and written where they turn out to be others: by an
    older version of this code.
    """

    lake: LakeStore
    anew: bool = False

    def bring_up_to_date(self, partition: PartitionId, base: pa.Table, sequence: int) -> None:
        """Write those that are missing or stem from an older base than this one, side by side."""
        names = ROLLUPS.get(partition.data_type, ())
        if not names:
            return
        keys = [partition.rollup_key(name) for name in names]
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            stored = list(pool.map(self.lake.get, keys))
            if not any(self._is_stale(each, sequence) for each in stored):
                return
            tables = roll_up(partition.data_type, base)
            written = pool.map(
                lambda name, key, each: self._write(key, each, tables[name], sequence), names, keys, stored
            )
            is_done = all(list(written))
        if not is_done:
            self.bring_up_to_date(partition, base, sequence)

    def _write(self, key: str, stored: StoredObject | None, table: pa.Table, sequence: int) -> bool:
        """Replace one; False if somebody else did."""
        if not self._is_stale(stored, sequence):
            return True
        body = write_parquet(with_receipt(table, Receipt(sequence=sequence)))
        if stored is not None and stored.body == body:
            return True
        try:
            self.lake.replace(key, body, expected=stored)
        except LostUpdate:
            return False
        return True

    def _is_stale(self, stored: StoredObject | None, sequence: int) -> bool:
        told = -1 if stored is None else sequence_of(stored.body)
        return told <= sequence if self.anew else told < sequence
