"""Work groups, databases and tables through Athena's own operations."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import pyarrow as pa
import pytest

from infra.local.athena.engine import build_engine
from infra.local.athena.server import serve_in_thread
from tests.local.athena.conftest import BUCKET, DATABASE, Asker, Lake

if TYPE_CHECKING:
    from types_boto3_athena.type_defs import WorkGroupConfigurationTypeDef


def _group(output: str, *, enforced: bool) -> "WorkGroupConfigurationTypeDef":
    return {"ResultConfiguration": {"OutputLocation": output}, "EnforceWorkGroupConfiguration": enforced}


@pytest.fixture
def behind_upstream(lake: Lake, tmp_path: Path) -> Iterator[Asker]:
    upstream = boto3.client("athena")
    upstream.create_work_group(Name="tally-local", Configuration=_group(f"s3://{BUCKET}/group/", enforced=True))
    upstream.create_work_group(Name="lenient", Configuration=_group(f"s3://{BUCKET}/lenient/", enforced=False))
    engine = build_engine(glue=lake.glue, s3=lake.s3, directory=tmp_path, upstream=upstream)
    with serve_in_thread(engine) as url:
        yield Asker(boto3.client("athena", endpoint_url=url))
    engine.close()


def test_results_are_written_where_the_work_group_says(behind_upstream: Asker) -> None:
    found = behind_upstream.execute(
        "SELECT 1", WorkGroup="tally-local", ResultConfiguration={"OutputLocation": f"s3://{BUCKET}/mine/"}
    )

    assert found["ResultConfiguration"]["OutputLocation"].startswith(f"s3://{BUCKET}/group/")


def test_a_work_group_without_enforcement_uses_the_location_of_the_request(behind_upstream: Asker) -> None:
    found = behind_upstream.execute(
        "SELECT 1", WorkGroup="lenient", ResultConfiguration={"OutputLocation": f"s3://{BUCKET}/mine/"}
    )

    assert found["ResultConfiguration"]["OutputLocation"].startswith(f"s3://{BUCKET}/mine/")


def test_without_a_result_location_the_request_is_refused(behind_upstream: Asker) -> None:
    with pytest.raises(behind_upstream.client.exceptions.InvalidRequestException, match="No output location"):
        behind_upstream.execute("SELECT 1", WorkGroup="nobody")


def test_a_deployed_work_group_is_described_with_its_output(behind_upstream: Asker) -> None:
    found = behind_upstream.client.get_work_group(WorkGroup="tally-local")["WorkGroup"]

    assert found["Configuration"]["ResultConfiguration"]["OutputLocation"] == f"s3://{BUCKET}/group/"
    assert {"tally-local", "lenient"} <= {
        group["Name"] for group in behind_upstream.client.list_work_groups()["WorkGroups"]
    }


def test_a_work_group_is_created_and_deleted(asker: Asker) -> None:
    asker.client.create_work_group(Name="own", Configuration=_group(f"s3://{BUCKET}/own/", enforced=True))
    found = asker.execute("SELECT 1", WorkGroup="own")
    assert found["ResultConfiguration"]["OutputLocation"].startswith(f"s3://{BUCKET}/own/")

    asker.client.delete_work_group(WorkGroup="own")

    assert "own" not in {group["Name"] for group in asker.client.list_work_groups()["WorkGroups"]}


def test_a_query_that_would_scan_more_than_its_group_allows_is_cancelled(lake: Lake, asker: Asker) -> None:
    lake.daily("sales", {"n": "bigint"})
    lake.put(
        "base/sales/dt=2025-01-01/a.parquet",
        pa.table({"n": [(n * 0x9E3779B97F4A7C15) % 2**62 for n in range(1_500_000)]}),
    )
    asker.client.create_work_group(Name="tight", Configuration={"BytesScannedCutoffPerQuery": 10_000_000})

    found = asker.execute("SELECT sum(n) FROM sales", WorkGroup="tight")

    assert (found["Status"]["State"], found["Status"]["StateChangeReason"]) == (
        "CANCELLED",
        "Bytes scanned limit was exceeded",
    )
    assert asker.execute("SELECT count(*) FROM sales", WorkGroup="tight")["Status"]["State"] == "SUCCEEDED"


def test_tables_and_databases_are_those_of_glue(lake: Lake, asker: Asker) -> None:
    lake.daily("sales", {"id": "string"})
    lake.daily("orders", {"id": "string"})

    table = asker.client.get_table_metadata(CatalogName="AwsDataCatalog", DatabaseName=DATABASE, TableName="sales")
    listed = asker.client.list_table_metadata(CatalogName="AwsDataCatalog", DatabaseName=DATABASE, Expression="o.*")
    databases = asker.client.list_databases(CatalogName="AwsDataCatalog")["DatabaseList"]

    assert table["TableMetadata"]["Columns"] == [{"Name": "id", "Type": "string"}]
    assert table["TableMetadata"]["PartitionKeys"] == [{"Name": "dt", "Type": "string"}]
    assert [found["Name"] for found in listed["TableMetadataList"]] == ["orders"]
    assert [database["Name"] for database in databases] == [DATABASE]
    assert (
        asker.client.get_database(CatalogName="AwsDataCatalog", DatabaseName=DATABASE)["Database"]["Name"] == DATABASE
    )


def test_an_unknown_table_is_a_metadata_error(asker: Asker) -> None:
    with pytest.raises(asker.client.exceptions.MetadataException, match="nosuch"):
        asker.client.get_table_metadata(CatalogName="AwsDataCatalog", DatabaseName=DATABASE, TableName="nosuch")
