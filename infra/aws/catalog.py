"""The catalogue that Athena reads: a database, the tables over objects in the lake bucket, and the work group."""

from aws_cdk import Aws
from aws_cdk import aws_athena as athena
from aws_cdk import aws_glue as glue
from constructs import Construct

from infra.aws.names import Names
from shared.app.large_responses import RESULTS_BUCKET
from shared.athena.client import WORK_GROUP
from shared.lake.catalog.table import ExternalTable
from shared.lake.catalog.tables import EXTERNAL_TABLES, LAKE_DATABASE
from shared.lake.storage.object_store import LAKE_BUCKET

_PARQUET = "org.apache.hadoop.hive.ql.io.parquet"


class LakeCatalog(Construct):
    """The Glue database of the lake, and its external tables, whose days are projected rather than registered.

    The Iceberg tables in the database are none of CloudFormation's resources: each commit changes the location of their
    metadata, and a stack update would put the location back that it knows. The function `table_setup` creates them.
    """

    def __init__(self, scope: Construct, *, names: Names) -> None:
        super().__init__(scope, "Catalogue")
        database = glue.CfnDatabase(
            self,
            "LakeDatabase",
            catalog_id=Aws.ACCOUNT_ID,
            database_input=glue.CfnDatabase.DatabaseInputProperty(
                name=names.resource_name(LAKE_DATABASE), description="The lake of Tally."
            ),
        )
        # A database that is deleted takes its tables with it, also those that CloudFormation does not know.
        database.apply_removal_policy(names.stage.removal_policy)
        for table in EXTERNAL_TABLES:
            self._table(table, names).add_resource_dependency(database)

    def _table(self, table: ExternalTable, names: Names) -> glue.CfnTable:
        location = f"s3://{names.resource_name(LAKE_BUCKET)}/{table.prefix}"
        return glue.CfnTable(
            self,
            f"external-{table.name}",
            catalog_id=Aws.ACCOUNT_ID,
            database_name=names.resource_name(LAKE_DATABASE),
            table_input=glue.CfnTable.TableInputProperty(
                name=table.name,
                description=table.description,
                table_type="EXTERNAL_TABLE",
                parameters={"classification": "parquet", **_projection(location)},
                partition_keys=[glue.CfnTable.ColumnProperty(name="dt", type="string")],
                storage_descriptor=_storage(table, location),
            ),
        )


def _projection(location: str) -> dict[str, str]:
    """Return the partition projection, which makes days queryable without registering partitions."""
    return {
        "projection.enabled": "true",
        "projection.dt.type": "date",
        "projection.dt.format": "yyyy-MM-dd",
        "projection.dt.range": "1990-01-01,NOW+1DAYS",
        "storage.location.template": location + "dt=${dt}/",
    }


def _storage(table: ExternalTable, location: str) -> glue.CfnTable.StorageDescriptorProperty:
    return glue.CfnTable.StorageDescriptorProperty(
        input_format=f"{_PARQUET}.MapredParquetInputFormat",
        output_format=f"{_PARQUET}.MapredParquetOutputFormat",
        location=location,
        serde_info=glue.CfnTable.SerdeInfoProperty(serialization_library=f"{_PARQUET}.serde.ParquetHiveSerDe"),
        columns=[
            glue.CfnTable.ColumnProperty(name=column.name, type=column.glue_type, comment=column.comment or None)
            for column in table.columns
        ],
    )


class QueryWorkGroup(Construct):
    """The Athena work group: one result location, and a limit on the bytes that a query scans."""

    def __init__(self, scope: Construct, *, names: Names) -> None:
        super().__init__(scope, WORK_GROUP.name.upper())
        encrypted = athena.CfnWorkGroup.EncryptionConfigurationProperty(encryption_option="SSE_S3")
        athena.CfnWorkGroup(
            self,
            "WorkGroup",
            name=names.resource_name(WORK_GROUP),
            description="Queries of the Tally platform.",
            recursive_delete_option=True,
            work_group_configuration=athena.CfnWorkGroup.WorkGroupConfigurationProperty(
                enforce_work_group_configuration=True,
                publish_cloud_watch_metrics_enabled=True,
                bytes_scanned_cutoff_per_query=names.stage.query_scan_limit_bytes,
                engine_version=athena.CfnWorkGroup.EngineVersionProperty(
                    selected_engine_version="Athena engine version 3"
                ),
                result_configuration=athena.CfnWorkGroup.ResultConfigurationProperty(
                    output_location=f"s3://{names.resource_name(RESULTS_BUCKET)}/athena/",
                    encryption_configuration=encrypted,
                ),
            ),
        )
