"""Recomputes roll-ups of existing partitions: missing ones, and those that this version of the code changes."""

from collections.abc import Iterator

from shared.lake.parquet.columns import arrow_schema, read_parquet
from shared.lake.parquet.receipt import read_receipt
from shared.lake.rollups.compute import ROLLUPS
from shared.lake.rollups.product_history import HISTORY_TABLES, append_versions
from shared.lake.rollups.writer import RollupWriter
from shared.lake.storage.object_store import LakeStore, LostUpdate
from shared.lake.storage.paths import BASE, PartitionId
from shared.runtime.errors import Unavailable
from shared.runtime.retries import retry

_TRIES = 8


def partitions_to_backfill(lake: LakeStore) -> Iterator[PartitionId]:
    """Yield every base partition that has roll-ups or history tables."""
    for data_type in (*ROLLUPS, *HISTORY_TABLES):
        for name in lake.names(f"{BASE}/{data_type}/"):
            yield PartitionId.of_base(name.key)


def backfill(lake: LakeStore, partition: PartitionId) -> None:
    """Write the roll-ups of a base partition as this version of the code computes them.

    Safe to repeat and to race with merges: tables derived from a later base remain, and equal ones are not written. The
    history of products starts with the current versions; versions that were merged before the history existed are lost.

    Raises:
        Unavailable: concurrent writes did not stop.
    """
    for _ in retry(_TRIES):
        stored = lake.get(partition.base_key)
        if stored is None:
            return
        base = read_parquet(stored.body, arrow_schema(partition.data_type))
        try:
            RollupWriter(lake, force=True).refresh(partition, base, read_receipt(base).sequence)
            if partition.data_type in HISTORY_TABLES:
                append_versions(lake, [base])
        except LostUpdate:
            continue
        return
    raise Unavailable(f"another merge is writing {partition}; retry later", retry_after=1)
