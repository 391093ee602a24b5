"""Roll-ups of what was merged long ago: made where they are missing, and again where this code makes others of it."""

from collections.abc import Iterator

from shared.lake.parquet.columns import arrow_schema, read_parquet
from shared.lake.parquet.receipt import receipt_of
from shared.lake.rollups.compute import ROLLUPS
from shared.lake.rollups.product_history import HISTORIES, remember
from shared.lake.rollups.writer import RollUps
from shared.lake.storage.object_store import LakeStore, LostUpdate
from shared.lake.storage.paths import BASE, PartitionId
from shared.runtime.errors import Unavailable
from shared.runtime.retries import retry

_TRIES = 8


def rolled_up_partitions(lake: LakeStore) -> Iterator[PartitionId]:
    """Name every base partition of which something is rolled up or remembered."""
    for data_type in (*ROLLUPS, *HISTORIES):
        for name in lake.names(f"{BASE}/{data_type}/"):
            yield PartitionId.of_base(name.key)


def rebuild(lake: LakeStore, partition: PartitionId) -> None:
    """Bring all that is made of a base partition to what this code makes of it.

    Safe to repeat and to race with merges: what stems from a later base stays, what would not change is not written.
    Of products the versions that stand are remembered; those that were merged before anybody remembered are gone.

    Raises:
        Unavailable: others kept writing the same.
    """
    for _ in retry(_TRIES):
        stored = lake.get(partition.base_key)
        if stored is None:
            return
        base = read_parquet(stored.body, arrow_schema(partition.data_type))
        try:
            RollUps(lake, anew=True).bring_up_to_date(partition, base, receipt_of(base).sequence)
            if partition.data_type in HISTORIES:
                remember(lake, [base])
        except LostUpdate:
            continue
        return
    raise Unavailable(f"another merge is writing {partition}; retry later", retry_after=1)
