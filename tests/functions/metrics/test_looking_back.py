"""Stock is looked for from the first day on of which anything is known, and no further."""

from datetime import UTC, datetime

import boto3
import pytest

from shared.app.wiring import Wiring
from shared.athena.client import WORK_GROUP
from shared.lake.catalog.first_day import first_day
from shared.records.schema import DataType
from tests.unit.metrics.asking import question


@pytest.mark.parametrize(
    ("data_type", "day"),
    [
        (DataType.INVENTORY, datetime(2019, 5, 17, tzinfo=UTC)),
        (DataType.LABELS, None),
    ],
)
def test_a_type_begins_at_its_first_partition(wired: Wiring, data_type: DataType, day: datetime | None) -> None:
    found = first_day(wired.lake, data_type)

    assert found == day


def test_partitions_before_the_first_day_are_not_queried(wired: Wiring) -> None:
    asked = question(metric_type="inventory", time_range__start="2025-03-01", time_range__end="2025-03-09")

    wired.metric_reports.report(asked)

    athena = boto3.client("athena")
    [newest, *_] = athena.list_query_executions(WorkGroup=wired.settings.name_of(WORK_GROUP))["QueryExecutionIds"]
    days = athena.get_query_execution(QueryExecutionId=newest)["QueryExecution"]["ExecutionParameters"][:2]
    assert days == ["'2019-05-17'", "'2025-03-08'"]
