"""Roll-ups of a whole stage, made again side by side."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial

from infra.admin.stage import Stage
from shared.lake.backfill import backfill, partitions_to_backfill
from shared.lake.catalog.versions import TableVersions
from shared.lake.storage.object_store import LakeStore
from shared.merging.merger import dependent_tables

_AT_ONCE = 4


def rebuild_all(stage: Stage) -> int:
    """Recompute the roll-ups of every partition, then invalidate cached results; return the number of partitions."""
    lake = LakeStore(stage.client("s3"), stage.output("LakeBucketName"))
    partitions = list(partitions_to_backfill(lake))
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        list(pool.map(partial(backfill, lake), partitions))
    versions = TableVersions(stage.client("dynamodb"), stage.output("VersionsTableName"))
    for table in sorted({name for each in partitions for name in dependent_tables(each.data_type)}):
        versions.bump(table)
    return len(partitions)
