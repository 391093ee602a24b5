"""A year of hourly revenue with a filter, 10 million lines: from the roll-up against the same from the base."""

import os
import tempfile
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import boto3
from moto import mock_aws

from bench.measure import Row, medians, milliseconds
from bench.merge_once import table_of_lines
from shared.lake.columns import write_parquet
from shared.lake.paths import PartitionId
from shared.lake.rollups import roll_up
from shared.metrics.facts import Source
from shared.metrics.plan import Plan
from shared.metrics.rules import read_question
from shared.records.schema import DataType
from shared.runtime.settings import Resource
from shared.runtime.wiring import Wiring
from tests.functions.metrics.lake import TestLake, lake_with_athena
from tests.moto_platform import CREDENTIALS

LINES, DAYS = 10_000_000, 365
START = datetime(2025, 1, 1, tzinfo=UTC)
FEWER_BYTES = 20


def measure() -> list[Row]:
    """Ask the same question of both tables; the bytes are what Athena says it scanned."""
    os.environ.update(CREDENTIALS)
    with tempfile.TemporaryDirectory() as directory, mock_aws(), lake_with_athena(Path(directory)) as (lake, athena):
        os.environ["AWS_ENDPOINT_URL_ATHENA"] = athena
        wired = Wiring(lake.settings)
        _fill(wired)
        question = read_question(
            {
                "metric_type": ["revenue"],
                "granularity": ["hourly"],
                "time_range[start]": [START.isoformat()],
                "time_range[end]": [(START + timedelta(days=DAYS)).isoformat()],
                "filters[region][]": ["Germany"],
            }
        )
        taken = medians({source: partial(_ask, lake, question, source) for source in Source}, runs=3)
        scanned = {source: _ask(lake, question, source) for source in Source}
        del os.environ["AWS_ENDPOINT_URL_ATHENA"]
    rollup, base = taken[Source.BY_DIMENSION], taken[Source.BASE]
    return [
        Row(
            name="revenue, hourly for a year, one region",
            ours=milliseconds(rollup),
            against="the same from 10 000 000 base lines",
            theirs=milliseconds(base),
            ratio=base / rollup,
            aim="-",
            met=None,
        ),
        Row(
            name="the same, bytes scanned",
            ours=f"{scanned[Source.BY_DIMENSION] / 1e6:.2f} MB",
            against="the same from 10 000 000 base lines",
            theirs=f"{scanned[Source.BASE] / 1e6:.1f} MB",
            ratio=scanned[Source.BASE] / scanned[Source.BY_DIMENSION],
            aim=f"at least {FEWER_BYTES} x fewer",
            met=scanned[Source.BASE] / scanned[Source.BY_DIMENSION] >= FEWER_BYTES,
        ),
    ]


def _fill(wired: Wiring) -> None:
    per_day = LINES // DAYS
    for number in range(DAYS):
        day = START + timedelta(days=number)
        partition = PartitionId(DataType.TRANSACTIONS, day.date().isoformat())
        lines = table_of_lines(per_day, first=number * per_day, day=day)
        wired.lake.put(partition.base_key, write_parquet(lines, unique=("transaction_id",)))
        for name, rolled in roll_up(DataType.TRANSACTIONS, lines).items():
            wired.lake.put(partition.rollup_key(name), write_parquet(rolled))


def _ask(lake: TestLake, question: Any, source: Source) -> int:
    """Answer at a version of the table that no result is remembered for; return the bytes scanned."""
    wired = Wiring(lake.settings)
    wired.versions.raise_version(question.metric.fact.tables[source].name)
    wired.metric_reports.report(question, Plan(source, "the bench says so"))
    athena = boto3.client("athena")
    (newest, *_) = athena.list_query_executions(MaxResults=1, WorkGroup=lake.settings.name_of(Resource.WORK_GROUP))[
        "QueryExecutionIds"
    ]
    return athena.get_query_execution(QueryExecutionId=newest)["QueryExecution"]["Statistics"]["DataScannedInBytes"]
