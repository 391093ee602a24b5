"""A lake in moto with the engine in front of it, spoken to by an ordinary boto3 client."""

import io
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from moto import mock_aws

from infra.local.athena.database import LakeDatabase
from infra.local.athena.engine import Engine, build_engine
from infra.local.athena.server import serve_in_thread
from tests.moto_platform import CREDENTIALS

if TYPE_CHECKING:
    from types_boto3_athena import AthenaClient

BUCKET = "lake"
DATABASE = "tally"
FINISHED = {"SUCCEEDED", "FAILED", "CANCELLED"}
PATIENCE_SECONDS = 20.0
PROJECTION = {
    "projection.enabled": "true",
    "projection.dt.type": "date",
    "projection.dt.format": "yyyy-MM-dd",
    "projection.dt.range": "1990-01-01,NOW+1DAYS",
}
Rows = list[list[str | None]]


@dataclass
class Lake:
    """Makes tables and objects, and counts which objects were fetched."""

    s3: Any
    glue: Any
    fetched: list[str] = field(default_factory=list)

    def table(
        self, name: str, columns: Mapping[str, str], *, keys: Mapping[str, str], parameters: Mapping[str, str]
    ) -> None:
        """Register a table below base/{name}/."""
        self.glue.create_table(
            DatabaseName=DATABASE,
            TableInput={
                "Name": name,
                "TableType": "EXTERNAL_TABLE",
                "Parameters": dict(parameters),
                "PartitionKeys": [{"Name": key, "Type": kind} for key, kind in keys.items()],
                "StorageDescriptor": {
                    "Location": f"s3://{BUCKET}/base/{name}/",
                    "Columns": [{"Name": column, "Type": kind} for column, kind in columns.items()],
                },
            },
        )

    def daily(self, name: str, columns: Mapping[str, str]) -> None:
        """Register a table with one projected partition a day."""
        template = {"storage.location.template": f"s3://{BUCKET}/base/{name}/dt=${{dt}}/"}
        self.table(name, columns, keys={"dt": "string"}, parameters={**PROJECTION, **template})

    def put(self, key: str, table: pa.Table) -> None:
        """Store rows as one Parquet object."""
        buffer = io.BytesIO()
        pq.write_table(table, buffer)
        self.s3.put_object(Bucket=BUCKET, Key=key, Body=buffer.getvalue())

    def replace(self, key: str, content: bytes | None) -> None:
        """Overwrite an object, or delete it."""
        if content is None:
            self.s3.delete_object(Bucket=BUCKET, Key=key)
        else:
            self.s3.put_object(Bucket=BUCKET, Key=key, Body=content)

    def read(self, location: str) -> bytes:
        """Fetch the object at a location."""
        key = location.removeprefix(f"s3://{BUCKET}/")
        return bytes(self.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read())

    def fetched_below(self, prefix: str) -> list[str]:
        """List keys that were fetched since the list was cleared."""
        return [key for key in self.fetched if key.startswith(prefix)]

    def keys_below(self, prefix: str) -> list[str]:
        """List keys."""
        return [item["Key"] for item in self.s3.list_objects_v2(Bucket=BUCKET, Prefix=prefix).get("Contents", [])]


@dataclass
class Asker:
    """Asks as the product does: start, poll, page."""

    client: "AthenaClient"
    work_group: str = "primary"

    def execute(self, sql: str, *parameters: str, **request: Any) -> dict[str, Any]:
        """Run a query to its end and describe it."""
        if parameters:
            request["ExecutionParameters"] = list(parameters)
        request.setdefault("WorkGroup", self.work_group)
        started = self.client.start_query_execution(
            QueryString=sql, QueryExecutionContext={"Database": DATABASE}, **request
        )
        return self.wait(started["QueryExecutionId"])

    def wait(self, identity: str) -> dict[str, Any]:
        """Wait for a query's end."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            found = self.client.get_query_execution(QueryExecutionId=identity)["QueryExecution"]
            if found["Status"]["State"] in FINISHED:
                return dict(found)
        raise TimeoutError(identity)

    def rows(self, sql: str, *parameters: str) -> Rows:
        """Run a query and give its rows without the header."""
        return self.result(sql, *parameters)[1]

    def result(self, sql: str, *parameters: str) -> tuple[list[dict[str, Any]], Rows]:
        """Run a query and give its column descriptions and its rows."""
        found = self.execute(sql, *parameters)
        assert found["Status"]["State"] == "SUCCEEDED", found["Status"]
        answer = self.client.get_query_results(QueryExecutionId=found["QueryExecutionId"])["ResultSet"]
        rows = [[datum.get("VarCharValue") for datum in row["Data"]] for row in answer["Rows"]]
        return [dict(column) for column in answer["ResultSetMetadata"]["ColumnInfo"]], rows[1:]

    def reason(self, sql: str, *parameters: str) -> str:
        """Run a query that must fail and give the reason."""
        found = self.execute(sql, *parameters)
        assert found["Status"]["State"] == "FAILED"
        return str(found["Status"]["StateChangeReason"])


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LakeDatabase]:
    """A locked DuckDB without any files."""
    made = LakeDatabase([tmp_path_factory.mktemp("athena")], threads=1, memory="500MB")
    yield made
    made.close()


@pytest.fixture
def lake(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lake]:
    """An empty lake in moto."""
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        made = Lake(boto3.client("s3"), boto3.client("glue"))
        made.s3.create_bucket(Bucket=BUCKET)
        made.glue.create_database(DatabaseInput={"Name": DATABASE})
        made.s3.meta.events.register(
            "before-parameter-build.s3.GetObject", lambda params, **_: made.fetched.append(params["Key"])
        )
        yield made


@pytest.fixture
def engine(lake: Lake, tmp_path: Path) -> Iterator[Engine]:
    """An engine over the lake."""
    made = build_engine(
        glue=lake.glue, s3=lake.s3, directory=tmp_path / "athena", default_output=f"s3://{BUCKET}/athena/"
    )
    yield made
    made.close()


@pytest.fixture
def asker(engine: Engine) -> Iterator[Asker]:
    """A boto3 client that speaks to the engine over a socket."""
    with serve_in_thread(engine) as url:
        yield Asker(boto3.client("athena", endpoint_url=url))
