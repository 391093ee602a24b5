"""A query needs what Athena reads and writes with the rights of its caller."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import orjson
import pytest
from moto import mock_aws

from infra.local.athena.engine import Engine, build_engine
from infra.local.athena.executions import Execution
from infra.local.calls.permissions import ApiRequest
from infra.local.calls.queries import QueryPermissions

HERE = "us-east-1:000000000000"
GROUP = ("athena:StartQueryExecution", f"arn:aws:athena:{HERE}:workgroup/reports")
RESULTS = {("s3:PutObject", "arn:aws:s3:::results/athena/*"), ("s3:GetBucketLocation", "arn:aws:s3:::results")}
TABLE = {
    *(("glue:GetTable", f"arn:aws:glue:{HERE}:{path}") for path in ("catalog", "database/lake", "table/lake/sales")),
    ("s3:GetObject", "arn:aws:s3:::tables/sales/*"),
    ("s3:ListBucket", "arn:aws:s3:::tables"),
}


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """An engine over a catalogue with one table."""
    with mock_aws():
        clients: Any = boto3.Session("key", "secret", region_name="us-east-1")
        glue = clients.client("glue")
        glue.create_database(DatabaseInput={"Name": "lake"})
        place = {"Location": "s3://tables/sales", "Columns": [{"Name": "id", "Type": "string"}]}
        glue.create_table(DatabaseName="lake", TableInput={"Name": "sales", "StorageDescriptor": place})
        made = build_engine(
            glue=glue, s3=clients.client("s3"), directory=tmp_path, default_output="s3://results/athena/"
        )
        yield made
        made.close()


def permissions(engine: Engine, operation: str, **asked: Any) -> set[tuple[str, str]]:
    """Return actions and resources of a request."""
    headers = {"x-amz-target": f"AmazonAthena.{operation}"}
    request = ApiRequest(service="athena", method="POST", path="/", headers=headers, body=orjson.dumps(asked))
    return {(each.action, each.resource) for each in QueryPermissions(engine).needed(request)}


def started(engine: Engine, sql: str) -> set[tuple[str, str]]:
    """Return what the start of a query needs."""
    context = {"Database": "lake"}
    return permissions(
        engine, "StartQueryExecution", QueryString=sql, WorkGroup="reports", QueryExecutionContext=context
    )


def test_a_query_reads_its_tables_and_writes_its_result(engine: Engine) -> None:
    sql = "WITH newest AS (SELECT id FROM sales FOR VERSION AS OF 1) SELECT * FROM newest JOIN sales USING (id)"

    assert started(engine, sql) == {GROUP, *TABLE, *RESULTS}


def test_an_unload_also_writes_to_its_location(engine: Engine) -> None:
    sql = "UNLOAD (SELECT id FROM sales) TO 's3://runs/one/' WITH (format = 'JSON')"

    on_bucket = {(action, "arn:aws:s3:::runs") for action in ("s3:GetBucketLocation", "s3:ListBucket")}
    written = {("s3:PutObject", "arn:aws:s3:::runs/one/*")}
    assert started(engine, sql) == {GROUP, *TABLE, *RESULTS, *written, *on_bucket}


def test_a_statement_that_athena_refuses_needs_nothing_for_its_tables(engine: Engine) -> None:
    assert started(engine, "SELEC id FROM sales") == {GROUP, *RESULTS}


def test_rows_of_a_result_are_read_from_its_file(engine: Engine) -> None:
    engine.history.add(
        Execution(
            id="query",
            sql="SELECT 1",
            database="lake",
            work_group="reports",
            output="s3://results/athena/",
            token="token",
            parameters=(),
            statement_type="DML",
            substatement_type="SELECT",
            submitted=0,
        )
    )

    assert permissions(engine, "GetQueryResults", QueryExecutionId="query") == {
        ("athena:GetQueryResults", f"arn:aws:athena:{HERE}:workgroup/reports"),
        ("s3:GetObject", "arn:aws:s3:::results/athena/*"),
    }
    assert permissions(engine, "GetQueryResults", QueryExecutionId="unknown") == set()
