"""Athena's protocol as an ordinary boto3 client sees it: executions, pages, stops, errors, work groups, metadata."""

import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.request import Request, urlopen

import boto3
import pytest
from botocore.exceptions import ClientError

from infra.local.athena.engine import Engine, Limits, build_engine
from infra.local.athena.server import serve_in_thread
from tests.local.athena.conftest import BUCKET, DATABASE, Asker, Lake

MANY = "SELECT n FROM UNNEST(sequence(1, 2500)) AS u(n) ORDER BY n"
LONG = (
    "SELECT count(*) FROM UNNEST(sequence(1, 100000)) AS a(x) CROSS JOIN UNNEST(sequence(1, 100000)) AS b(y) "
    "WHERE (x * y) % 7919 = 1"
)


def test_pages_are_contiguous_and_the_header_occurs_once(asker: Asker) -> None:
    identity = asker.execute(MANY)["QueryExecutionId"]

    pages = list(asker.client.get_paginator("get_query_results").paginate(QueryExecutionId=identity))

    values = [row["Data"][0]["VarCharValue"] for page in pages for row in page["ResultSet"]["Rows"]]
    assert values == ["n", *map(str, range(1, 2501))]
    assert [len(page["ResultSet"]["Rows"]) for page in pages] == [1000, 1000, 501]


def test_a_page_may_be_as_short_as_one_row(asker: Asker) -> None:
    identity = asker.execute(MANY)["QueryExecutionId"]

    first = asker.client.get_query_results(QueryExecutionId=identity, MaxResults=1)
    second = asker.client.get_query_results(QueryExecutionId=identity, MaxResults=1, NextToken=first["NextToken"])

    assert [page["ResultSet"]["Rows"][0]["Data"][0]["VarCharValue"] for page in (first, second)] == ["n", "1"]


def test_null_differs_from_an_empty_string(asker: Asker) -> None:
    identity = asker.execute("SELECT '' AS a, CAST(NULL AS varchar) AS b")["QueryExecutionId"]

    rows = asker.client.get_query_results(QueryExecutionId=identity)["ResultSet"]["Rows"]

    assert rows[1]["Data"] == [{"VarCharValue": ""}, {}]


def test_a_repeated_request_token_starts_one_execution(asker: Asker) -> None:
    token = "t" * 32

    one = asker.execute("SELECT 1", ClientRequestToken=token)
    other = asker.execute("SELECT 1", ClientRequestToken=token)

    assert one["QueryExecutionId"] == other["QueryExecutionId"]


def test_a_request_token_with_another_query_is_refused(asker: Asker) -> None:
    token = "t" * 32
    asker.execute("SELECT 1", ClientRequestToken=token)

    with pytest.raises(asker.client.exceptions.InvalidRequestException, match="Idempotent parameters do not match"):
        asker.execute("SELECT 2", ClientRequestToken=token)


def test_an_execution_reports_its_query_and_duration(asker: Asker) -> None:
    query = "SELECT 1 WHERE 1 = ?"
    found = asker.execute(query, "1", WorkGroup="tally-local")

    assert (found["Query"], found["ExecutionParameters"], found["WorkGroup"]) == (query, ["1"], "tally-local")
    assert (found["StatementType"], found["QueryExecutionContext"]["Database"]) == ("DML", DATABASE)
    assert found["ResultConfiguration"]["OutputLocation"] == f"s3://{BUCKET}/athena/{found['QueryExecutionId']}.csv"
    assert found["Status"]["SubmissionDateTime"] <= found["Status"]["CompletionDateTime"]
    statistics = found["Statistics"]
    assert statistics["TotalExecutionTimeInMillis"] >= statistics["EngineExecutionTimeInMillis"] >= 0
    assert statistics["QueryQueueTimeInMillis"] >= 0


def test_a_batch_describes_known_executions_and_lists_unknown_ones(asker: Asker) -> None:
    identity = asker.execute("SELECT 1")["QueryExecutionId"]

    found = asker.client.batch_get_query_execution(QueryExecutionIds=[identity, "nobody"])

    assert [execution["QueryExecutionId"] for execution in found["QueryExecutions"]] == [identity]
    assert [unknown["QueryExecutionId"] for unknown in found["UnprocessedQueryExecutionIds"]] == ["nobody"]


def test_executions_are_listed_by_work_group_newest_first(asker: Asker) -> None:
    one = asker.execute("SELECT 1", WorkGroup="a")["QueryExecutionId"]
    asker.execute("SELECT 1", WorkGroup="b")
    two = asker.execute("SELECT 2", WorkGroup="a")["QueryExecutionId"]

    assert asker.client.list_query_executions(WorkGroup="a")["QueryExecutionIds"] == [two, one]


def test_rows_of_a_failed_query_are_refused(asker: Asker) -> None:
    found = asker.execute("SELECT 1 / 0")

    assert found["Status"]["AthenaError"]["ErrorCategory"] == 2
    with pytest.raises(asker.client.exceptions.InvalidRequestException, match="Final query state: FAILED"):
        asker.client.get_query_results(QueryExecutionId=found["QueryExecutionId"])


def test_an_unknown_execution_is_an_invalid_request(asker: Asker) -> None:
    with pytest.raises(asker.client.exceptions.InvalidRequestException, match="nobody was not found"):
        asker.client.get_query_execution(QueryExecutionId="nobody")


def test_text_that_is_not_sql_is_refused_immediately(asker: Asker) -> None:
    with pytest.raises(asker.client.exceptions.InvalidRequestException, match="mismatched input"):
        asker.execute("SELECT FROM WHERE")


def test_a_query_nested_too_deeply_is_refused(asker: Asker) -> None:
    with pytest.raises(asker.client.exceptions.InvalidRequestException, match="nested too deeply"):
        asker.execute(f"SELECT {'(' * 3000}1{')' * 3000}")


def test_an_operation_the_engine_does_not_have_is_named(asker: Asker) -> None:
    with pytest.raises(ClientError, match="CreatePreparedStatement is not supported"):
        asker.client.create_prepared_statement(StatementName="s", WorkGroup="w", QueryStatement="SELECT 1")


def test_a_body_that_is_not_json_is_a_serialization_error(engine: Engine) -> None:
    with serve_in_thread(engine) as url:
        request = Request(url, data=b"{", headers={"X-Amz-Target": "AmazonAthena.GetQueryExecution"})  # noqa: S310 loopback

        with pytest.raises(OSError, match="400"):
            urlopen(request)  # noqa: S310 loopback


@pytest.fixture
def one_at_a_time(lake: Lake, tmp_path: Path) -> Iterator[Asker]:
    limits = Limits(queries_at_once=1, threads=1)
    engine = build_engine(
        glue=lake.glue, s3=lake.s3, directory=tmp_path, default_output=f"s3://{BUCKET}/athena/", limits=limits
    )
    with serve_in_thread(engine) as url:
        yield Asker(boto3.client("athena", endpoint_url=url))
    engine.close()


def _start(asker: Asker, sql: str) -> str:
    return str(asker.client.start_query_execution(QueryString=sql)["QueryExecutionId"])


def _state(asker: Asker, identity: str) -> str:
    return str(asker.client.get_query_execution(QueryExecutionId=identity)["QueryExecution"]["Status"]["State"])


def test_a_running_query_stops_and_the_next_one_runs(one_at_a_time: Asker) -> None:
    running = _start(one_at_a_time, LONG)
    waiting = _start(one_at_a_time, "SELECT 1")
    while _state(one_at_a_time, running) != "RUNNING":
        pass
    assert _state(one_at_a_time, waiting) == "QUEUED"

    one_at_a_time.client.stop_query_execution(QueryExecutionId=running)

    assert one_at_a_time.wait(running)["Status"]["State"] == "CANCELLED"
    assert one_at_a_time.wait(waiting)["Status"]["State"] == "SUCCEEDED"


def test_a_queued_query_that_is_stopped_never_runs(one_at_a_time: Asker) -> None:
    running = _start(one_at_a_time, LONG)
    waiting = _start(one_at_a_time, "SELECT 1")

    one_at_a_time.client.stop_query_execution(QueryExecutionId=waiting)
    one_at_a_time.client.stop_query_execution(QueryExecutionId=running)

    found = one_at_a_time.wait(waiting)
    assert (found["Status"]["State"], "EngineExecutionTimeInMillis" in found["Statistics"]) == ("CANCELLED", False)


def test_concurrent_queries_get_their_own_rows(asker: Asker) -> None:
    answers: dict[int, str | None] = {}
    threads = [
        threading.Thread(target=lambda n=n: answers.update({n: asker.rows(f"SELECT {n}")[0][0]})) for n in range(8)
    ]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == {n: str(n) for n in range(8)}


def test_finished_executions_and_their_rows_survive_a_restart(lake: Lake, tmp_path: Path) -> None:
    def build() -> Engine:
        return build_engine(glue=lake.glue, s3=lake.s3, directory=tmp_path, default_output=f"s3://{BUCKET}/a/")

    before = build()
    with serve_in_thread(before) as url:
        identity = Asker(boto3.client("athena", endpoint_url=url)).execute(MANY)["QueryExecutionId"]
    before.close()

    after = build()
    with serve_in_thread(after) as url:
        client = boto3.client("athena", endpoint_url=url)
        state = client.get_query_execution(QueryExecutionId=identity)["QueryExecution"]["Status"]["State"]
        rows = client.get_query_results(QueryExecutionId=identity, MaxResults=2)["ResultSet"]["Rows"]
    after.close()

    assert state == "SUCCEEDED"
    assert [row["Data"][0]["VarCharValue"] for row in rows] == ["n", "1"]


def test_only_the_newest_executions_are_kept(lake: Lake, tmp_path: Path) -> None:
    engine = build_engine(
        glue=lake.glue,
        s3=lake.s3,
        directory=tmp_path,
        default_output=f"s3://{BUCKET}/a/",
        limits=Limits(remembered=2),
    )
    with serve_in_thread(engine) as url:
        asker = Asker(boto3.client("athena", endpoint_url=url))
        identities = [asker.execute("SELECT 1")["QueryExecutionId"] for _ in range(4)]
        known = asker.client.list_query_executions()["QueryExecutionIds"]
    engine.close()

    assert known == identities[:1:-1]
    assert len(list((tmp_path / "executions").iterdir())) == 4
