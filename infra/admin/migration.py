"""Converts what a stage has in the former format of the lake: base objects and the table of reference rates."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from infra.admin.rates import rates_of
from infra.admin.stage import Stage
from shared.currency.rates import ReferenceRates
from shared.lake.catalog.states import TableStates
from shared.lake.catalog.tables import EXCHANGE_RATES
from shared.lake.merge.key_index import KeyIndex
from shared.lake.merge.settlement import Settlement
from shared.lake.migration.conversion import Conversion
from shared.lake.migration.former_paths import FORMER_BASE, FORMER_RATES
from shared.lake.storage.object_store import LakeStore
from shared.lake.table.iceberg import IcebergTables
from shared.merging.migration import Migration, Progress
from shared.merging.requests import RollupRequests
from shared.records.schema import DataType


@dataclass(frozen=True)
class StageMigration:
    """The conversion of one stage; safe to interrupt and to repeat."""

    lake: LakeStore
    migration: Migration
    rates: ReferenceRates

    @classmethod
    def of(cls, stage: Stage) -> Self:
        """Build the conversion from the outputs of a stage.

        Raises:
            NotDeployed: this version is not deployed yet.
        """
        s3, sqs = stage.client("s3"), stage.client("sqs")
        lake = LakeStore(s3, stage.output("LakeBucketName"))
        tables = IcebergTables(
            stage.client("glue"), s3, database=stage.output("DatabaseName"), bucket=stage.output("TablesBucketName")
        )
        queue = sqs.get_queue_url(QueueName=stage.output("RollupQueueName"))["QueueUrl"]
        migration = Migration(
            lake=lake,
            conversion=Conversion(lake=lake, tables=tables, settlement=Settlement(tables, KeyIndex(tables))),
            states=TableStates(stage.client("dynamodb"), stage.output("TableStatesTableName")),
            rollups=RollupRequests(sqs, queue),
        )
        return cls(lake, migration, rates_of(stage))

    def remaining(self) -> Mapping[str, int]:
        """Return the number of objects in the former format, by table; tables without any are left out."""
        found = Counter(each.key.split("/")[1] for each in self.lake.names(f"{FORMER_BASE}/"))
        rates = Counter(EXCHANGE_RATES.name for _ in self.lake.names(f"{FORMER_RATES}/"))
        return dict(found + rates)

    def run(self, progress: Progress) -> None:
        """Convert everything; objects that cannot be read are logged and remain.

        Raises:
            Unavailable: other processes kept committing to the same tables.
        """
        remaining = self.remaining()
        for data_type in DataType:
            if data_type in remaining:
                self.migration.run(data_type, lambda: True, progress)
        if EXCHANGE_RATES.name in remaining and self.rates.restore():
            self.lake.delete(self.lake.names(f"{FORMER_RATES}/"))
