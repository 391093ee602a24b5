"""Stock is looked for from the first day on of which anything is known, and no further."""

import boto3

from shared.app.wiring import Wiring
from shared.athena.client import WORK_GROUP
from tests.unit.metrics.asking import question


def test_days_before_the_first_day_are_not_queried(wired: Wiring) -> None:
    asked = question(metric_type="inventory", time_range__start="2025-03-01", time_range__end="2025-03-09")

    wired.metric_reports.report(asked)

    athena = boto3.client("athena")
    [newest, *_] = athena.list_query_executions(WorkGroup=wired.settings.name_of(WORK_GROUP))["QueryExecutionIds"]
    asked_for = athena.get_query_execution(QueryExecutionId=newest)["QueryExecution"]["Query"]
    assert "WHERE dt BETWEEN '2019-05-17' AND '2025-03-08'" in asked_for
