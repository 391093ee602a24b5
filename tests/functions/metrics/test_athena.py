"""Queries in Athena, from start to typed rows."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.stub import Stubber

from shared.athena.client import Athena
from shared.athena.literals import DayText, OwnValue, quoted
from shared.athena.result_file import ResultFiles
from shared.athena.sql import Statement, identifier, join, sql
from shared.lake.table.port import SnapshotExpired
from shared.runtime.errors import InternalError, QueryTooLarge, Unavailable
from tests.functions.metrics.lake import DATABASE, TestLake

if TYPE_CHECKING:
    from types_boto3_athena import AthenaClient

SEVEN = Statement("SELECT 7 AS n")


@pytest.fixture
def athena_client(lake: TestLake) -> "AthenaClient":  # noqa: ARG001 # its endpoint is known once the lake is there
    return boto3.client("athena")


def over(client: "AthenaClient", patience_seconds: float = 20) -> Athena:
    files = ResultFiles(boto3.client("s3"))
    return Athena(
        client=client, files=files, work_group="tally-local", database=DATABASE, patience_seconds=patience_seconds
    )


def test_rows_are_typed_by_their_columns(athena_client: "AthenaClient") -> None:
    statement = Statement("""
        SELECT 'a' AS text, CAST(7 AS bigint) AS whole, CAST(1.5 AS decimal(38, 10)) AS amount, true AS yes,
            CAST('2025-01-31 12:00:00.123' AS timestamp) AS moment, DATE '2025-01-31' AS day,
            CAST(0.5 AS double) AS half, CAST(NULL AS varchar) AS nothing
    """)

    [row] = over(athena_client).run(statement)

    assert row == {
        "text": "a",
        "whole": 7,
        "amount": Decimal("1.5"),
        "yes": True,
        "moment": datetime(2025, 1, 31, 12, 0, 0, 123_000, UTC),
        "day": date(2025, 1, 31),
        "half": 0.5,
        "nothing": None,
    }


def test_values_reach_athena_unchanged(athena_client: "AthenaClient") -> None:
    hostile = "O'Hara'; DROP TABLE transactions; -- ?"
    statement = Statement(
        f"SELECT n, text FROM (VALUES (1, {quoted(hostile)}), (2, 'x')) AS t (n, text) WHERE text = ?",  # noqa: S608 quoted
        (hostile,),
    )

    assert over(athena_client).run(statement) == [{"n": 1, "text": hostile}]


def test_literals_have_their_types_in_athena(athena_client: "AthenaClient") -> None:
    own: dict[str, OwnValue] = {
        "moment": datetime(2025, 1, 31, 12, 0, 0, 123_000, UTC),
        "day": date(2025, 1, 31),
        "yes": True,
        "whole": -7,
        "large": -(2**63) + 1,
        "share": 0.05,
        "exact": Decimal("0.0500"),
        "text": DayText(date(2025, 1, 31)),
    }
    columns = (sql(":value AS {name}", value=value, name=identifier(name)) for name, value in own.items())

    [row] = over(athena_client).run(sql("SELECT {columns}", columns=join(", ", columns)))

    assert row == {**own, "text": "2025-01-31"}
    assert {name: type(value) for name, value in row.items()} == {
        **{name: type(value) for name, value in own.items()},
        "text": str,
    }


TEXTS = Statement("""
    SELECT n, CASE n % 4 WHEN 0 THEN NULL WHEN 1 THEN '' WHEN 2 THEN 'a "b", c' ELSE 'x' END AS text,
        CASE WHEN n % 2 = 0 THEN CAST(n AS decimal(38, 10)) END AS amount
    FROM UNNEST(sequence(1, {rows})) AS t (n) ORDER BY n
""")


@pytest.mark.parametrize("rows", [0, 1, 999, 1000, 2500])
def test_a_result_is_read_from_one_page_or_from_its_file(athena_client: "AthenaClient", rows: int) -> None:
    pages: list[Any] = []
    athena_client.meta.events.register("before-call.athena.GetQueryResults", lambda **_: pages.append(1))

    found = over(athena_client).run(
        Statement(TEXTS.text.replace("{rows}", str(rows)).replace("sequence(1, 0)", "ARRAY[]"))
    )

    texts = [None, "", 'a "b", c', "x"]
    assert found == [
        {"n": n, "text": texts[n % 4], "amount": None if n % 2 else Decimal(n)} for n in range(1, rows + 1)
    ]
    assert len(pages) == 1


def test_a_failed_query_is_an_internal_error_without_details(athena_client: "AthenaClient") -> None:
    with pytest.raises(InternalError) as caught:
        over(athena_client).run(Statement("SELECT secret FROM no_such_table"))

    assert "no_such_table" not in caught.value.message


ENDLESS = Statement(
    """
    SELECT count(*) AS n FROM UNNEST(sequence(1, 100000)) AS a(x) CROSS JOIN UNNEST(sequence(1, 100000)) AS b(y)
    CROSS JOIN UNNEST(sequence(1, 1000)) AS c(z) WHERE x + y + z = 7
"""
)


def test_a_query_that_times_out_is_stopped(athena_client: "AthenaClient") -> None:
    with pytest.raises(Unavailable):
        over(athena_client, patience_seconds=0.3).run(ENDLESS)

    [latest, *_] = athena_client.list_query_executions(WorkGroup="tally-local")["QueryExecutionIds"]
    stopped = athena_client.get_query_execution(QueryExecutionId=latest)["QueryExecution"]
    assert (stopped["Query"].strip()[:6], stopped["Status"]["State"]) == ("SELECT", "CANCELLED")
    assert over(athena_client).run(SEVEN) == [{"n": 7}]


@pytest.fixture
def stubbed(athena_client: "AthenaClient") -> Iterator[Stubber]:
    with Stubber(athena_client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def is_in(stubber: Stubber, state: str, **more: Any) -> None:
    stubber.add_response("start_query_execution", {"QueryExecutionId": "q"})
    status = {"State": state, **more}
    stubber.add_response("get_query_execution", {"QueryExecution": {"QueryExecutionId": "q", "Status": status}})


def result(stubber: Stubber) -> None:
    rows = [{"Data": [{"VarCharValue": text}]} for text in ("n", "7")]
    columns = {"ColumnInfo": [{"Name": "n", "Type": "integer"}]}
    stubber.add_response("get_query_results", {"ResultSet": {"Rows": rows, "ResultSetMetadata": columns}})


def test_a_query_that_times_out_is_stopped_and_the_caller_may_retry(
    athena_client: "AthenaClient", stubbed: Stubber
) -> None:
    is_in(stubbed, "RUNNING")
    stubbed.add_response("stop_query_execution", {}, {"QueryExecutionId": "q"})

    with pytest.raises(Unavailable) as caught:
        over(athena_client, patience_seconds=0).run(SEVEN)

    assert caught.value.retry_after is not None


def test_a_throttled_caller_may_retry(athena_client: "AthenaClient", stubbed: Stubber) -> None:
    stubbed.add_client_error("start_query_execution", "TooManyRequestsException", http_status_code=400)

    with pytest.raises(Unavailable) as caught:
        over(athena_client).run(SEVEN)

    assert caught.value.retry_after is not None


@pytest.mark.parametrize(
    "why",
    [
        {"AthenaError": {"Retryable": True, "ErrorCategory": 1}},
        {"StateChangeReason": "ICEBERG_CANNOT_OPEN_SPLIT: the object cannot be read"},
    ],
)
@pytest.mark.parametrize("failures", [1, 2])
def test_a_query_that_could_not_read_an_object_is_retried(
    athena_client: "AthenaClient", stubbed: Stubber, why: dict[str, Any], failures: int
) -> None:
    for _ in range(failures):
        is_in(stubbed, "FAILED", **why)
    is_in(stubbed, "SUCCEEDED")
    result(stubbed)

    assert over(athena_client).run(SEVEN) == [{"n": 7}]


def test_a_snapshot_that_is_not_kept_is_named(athena_client: "AthenaClient", stubbed: Stubber) -> None:
    reason = "INVALID_ARGUMENTS: Iceberg snapshot ID does not exists: 404"
    is_in(stubbed, "FAILED", StateChangeReason=reason, AthenaError={"ErrorCategory": 2})

    with pytest.raises(SnapshotExpired, match="404"):
        over(athena_client).run(SEVEN)


def test_a_query_that_fails_transiently_three_times_is_unavailable(
    athena_client: "AthenaClient", stubbed: Stubber
) -> None:
    for _ in range(3):
        is_in(stubbed, "FAILED", AthenaError={"Retryable": True})

    with pytest.raises(Unavailable):
        over(athena_client).run(SEVEN)


def test_a_query_is_not_retried_without_time(athena_client: "AthenaClient", stubbed: Stubber) -> None:
    is_in(stubbed, "FAILED", AthenaError={"Retryable": True})

    with pytest.raises(Unavailable):
        over(athena_client, patience_seconds=0.05).run(SEVEN)


@pytest.mark.parametrize(
    "statement", [Statement(f"SELECT '{'é' * 131_072}'"), Statement("SELECT 1 WHERE x = ?", ("'" * 512,))]
)
def test_a_statement_beyond_the_limits_of_athena_is_not_sent(
    athena_client: "AthenaClient", stubbed: Stubber, statement: Statement
) -> None:
    assert stubbed

    with pytest.raises(QueryTooLarge):
        over(athena_client).run(statement)


def test_a_cancelled_query_is_not_retried(athena_client: "AthenaClient", stubbed: Stubber) -> None:
    is_in(stubbed, "CANCELLED")

    with pytest.raises(Unavailable):
        over(athena_client).run(SEVEN)
