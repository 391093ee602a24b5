"""Questions to the platform's Athena through Athena's own API, as an analyst's tool asks them."""

from collections.abc import Sequence
from typing import Any

from tests.local.conftest import RunningPlatform
from tests.local.end_to_end.waiting import until

ANSWERED_WITHIN = 60.0


def ask(platform: RunningPlatform, sql: str, *values: str) -> list[dict[str, Any]]:
    """Run a statement and return its rows by column."""
    athena = platform.client("athena")
    given = {"ExecutionParameters": list(values)} if values else {}
    execution = athena.start_query_execution(
        QueryString=sql,
        QueryExecutionContext={"Database": platform.outputs.database},
        WorkGroup=platform.outputs.work_group,
        **given,
    )["QueryExecutionId"]

    def ended() -> dict[str, Any] | None:
        status: dict[str, Any] = athena.get_query_execution(QueryExecutionId=execution)["QueryExecution"]["Status"]
        return status if status["State"] not in {"QUEUED", "RUNNING"} else None

    status = until(ended, seconds=ANSWERED_WITHIN, what=f"an answer to {sql}")
    assert status["State"] == "SUCCEEDED", status
    pages = athena.get_paginator("get_query_results").paginate(QueryExecutionId=execution)
    names, *rows = [_texts(row) for page in pages for row in page["ResultSet"]["Rows"]]
    return [dict(zip(names, row, strict=True)) for row in rows]


def _texts(row: dict[str, Sequence[dict[str, str]]]) -> list[str]:
    return [cell.get("VarCharValue", "") for cell in row["Data"]]
