"""A lake that deliveries are loaded and merged into as in the platform, and metrics are asked of in between."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

import boto3

from shared.app.wiring import Wiring
from shared.athena.pinned_queries import PinnedQueries
from shared.athena.provider import athena
from shared.currency.rate_intervals import RateInterval
from shared.lake.catalog.states import TABLE_STATES
from shared.lake.catalog.tables import LAKE_TABLES
from shared.lake.storage.object_store import LAKE_BUCKET
from shared.lake.table.port import TableChange
from shared.metrics.models import MetricsResponse
from shared.metrics.planner import Source
from shared.metrics.question import MetricQuestion
from shared.records.schema import DataType
from tests.fakes.clock import Clock
from tests.fakes.deliveries import delivery
from tests.fakes.state_dump import keys, merge_all, roll_up_all
from tests.functions.metrics.lake import TestLake

OPENED = datetime(2025, 4, 3, tzinfo=UTC)
RATES = (
    RateInterval("EUR", "2025-03-29", "2025-03-31", Decimal("1.0825")),
    RateInterval("EUR", "2025-03-31", "9999-12-31", Decimal("1.0815")),
    RateInterval("GBP", "2025-03-30", "9999-12-31", Decimal("1.294")),
)
"""None of yen, and of others none before a day."""
_names = count()


class Forgetful:
    """Remembers nothing: every question is computed."""

    def get_or_compute(self, _key: Any, _form: Any, compute: Callable[[], Any], _beside: Any) -> tuple[Any, bool]:
        """Compute it."""
        return compute(), False


@dataclass
class Market:
    """The part of the platform that ingests sales, stock and visits and returns metrics."""

    lake: TestLake
    clock: Clock
    wired: Wiring

    def empty(self) -> None:
        """Begin anew: nothing in the lake but reference rates, and nothing remembered that was there."""
        s3, bucket = boto3.client("s3"), self.lake.settings.name_of(LAKE_BUCKET)
        for key in keys(self.lake.settings, ""):
            s3.delete_object(Bucket=bucket, Key=key)
        self.clock.now = OPENED
        self.wired = Wiring(self.lake.settings, self.clock)
        for table in LAKE_TABLES:
            head = self.lake.tables.head(table)
            if head.files:
                self.lake.tables.commit(table, head, TableChange(dropped=frozenset(file.path for file in head.files)))
        dynamodb, states = boto3.client("dynamodb"), self.lake.settings.name_of(TABLE_STATES)
        for item in dynamodb.scan(TableName=states)["Items"]:
            dynamodb.delete_item(TableName=states, Key={"table_name": item["table_name"]})
        self.lake.know_rates([asdict(each) for each in RATES])

    def deliver(self, data_type: DataType, rows: Sequence[Any]) -> None:
        """Load rows and merge them, a while after what came before."""
        self.clock.pass_by(timedelta(hours=7))
        self.wired.loader.load(delivery(data_type, rows, origin=f"batch-{next(_names)}", at=self.clock()))
        merge_all(self.wired)

    def roll_up(self) -> None:
        """Compute the roll-ups of all days that changed."""
        roll_up_all(self.wired)

    def tell(self, question: MetricQuestion) -> Any:
        """Answer as the route does, remembering and remembered."""
        return numbers(self.wired.metric_reports.report(question))

    def compute(self, question: MetricQuestion, source: Source) -> Any:
        """Answer from one source, and not from memory."""
        forgetful: Any = Forgetful()
        queries = PinnedQueries(athena(self.wired).run, forgetful, self.lake.states)
        reports = replace(self.wired.metric_reports, queries=queries)
        return numbers(reports.report(question, source))


def numbers(answer: MetricsResponse) -> Any:
    """A result without the metadata of its computation."""
    told = answer.model_dump(mode="json")
    beside = {name: told["metadata"][name] for name in ("total_records", "excluded_records")}
    return {**told, "metadata": beside}
