"""Reads decisions for exports: Athena writes them to files by interval, which are read and sorted in turn."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pyarrow as pa

from shared.athena.sql import pinned
from shared.exports import queries
from shared.exports.chunks import Chunk, divide
from shared.exports.decision_cells import decision_cells
from shared.exports.files import STAGING
from shared.fraud.planner import whole
from shared.fraud.queries.parts import unpack_groups
from shared.lake.parquet.unloaded import read_unloaded
from shared.records.schema import DataType

if TYPE_CHECKING:
    from shared.athena.client import Athena
    from shared.fraud.question import FraudQuestion
    from shared.lake.storage.object_store import LakeStore

Snapshots = Mapping[str, int]


@dataclass(frozen=True)
class DecisionPlan:
    """The decisions of an export at pinned snapshots, divided into what fits in memory."""

    question: "FraudQuestion"
    snapshots: Snapshots
    chunks: Sequence[Chunk]

    @property
    def rows(self) -> int:
        """The number of decisions."""
        return sum(each.decisions for each in self.chunks)


@dataclass(frozen=True, kw_only=True)
class DecisionSource:
    """Counts decisions, and reads them in their order by time and then by id."""

    athena: "Athena"
    files: "LakeStore"
    bucket: str

    def plan(self, question: "FraudQuestion", snapshots: Snapshots) -> DecisionPlan:
        """Count the decisions of a question.

        Raises:
            SnapshotExpired: a snapshot is not kept any more.
            Unavailable: Athena does not answer.
        """
        asked = whole(question)
        if asked.start >= asked.end or DataType.DECISIONS not in snapshots:
            return DecisionPlan(question, snapshots, ())
        rows = self.athena.run(pinned(queries.counts(question, asked), snapshots))
        by_hour = {
            datetime.fromisoformat(row["day"]).replace(tzinfo=UTC) + timedelta(hours=int(hour)): int(number)
            for row in rows
            for hour, number in unpack_groups(row["packed"])
        }
        return DecisionPlan(question, snapshots, divide(asked, by_hour) if by_hour else ())

    def batches(self, plan: DecisionPlan, name: str) -> Iterator[pa.Table]:
        """Yield the decisions of a plan as texts, in order; only one interval of them is in memory.

        Args:
            plan: the decisions.
            name: a name for the files of this reading, new for each attempt, since Athena leaves those of a query that
                failed, and refuses to write beside them.

        Raises:
            SnapshotExpired: a snapshot is not kept any more.
            Unavailable: Athena does not answer.
        """
        for start in range(0, len(plan.chunks), queries.MOST_SLICES):
            folder = f"{STAGING}/{name}/{start}/"
            chunks = plan.chunks[start : start + queries.MOST_SLICES]
            self._unload(plan, chunks, f"s3://{self.bucket}/{folder}")
            for number in range(len(chunks)):
                yield from self._read(f"{folder}{queries.SLICE}={number}/")

    def _unload(self, plan: DecisionPlan, chunks: Sequence[Chunk], location: str) -> None:
        statement = queries.decisions(
            plan.question,
            [each.interval for each in chunks],
            has_labels=DataType.LABELS in plan.snapshots,
            location=location,
        )
        self.athena.execute(pinned(statement, plan.snapshots))

    def _read(self, folder: str) -> Iterator[pa.Table]:
        names = sorted(each.key for each in self.files.names(folder))
        found = [self.files.get(name) for name in names]
        tables = [read_unloaded(each.body) for each in found if each is not None]
        del found
        return decision_cells(pa.concat_tables(tables).combine_chunks()) if tables else iter(())
