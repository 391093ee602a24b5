"""The Glue catalogue as the engine asks it: tables as values, and partitions where they are registered one by one."""

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from infra.local.athena.errors import QueryFailed, not_supported
from infra.local.athena.tables import GlueColumn, GlueTable, TableName

if TYPE_CHECKING:
    from types_boto3_glue import GlueClient
    from types_boto3_glue.type_defs import ColumnOutputTypeDef, TableTypeDef


class GlueCatalog:
    """Answers what tables and partitions there are, freshly for each query."""

    def __init__(self, glue: "GlueClient") -> None:
        self.glue = glue

    def table(self, name: TableName) -> GlueTable:
        """Describe a table; files in other formats than Parquet are refused."""
        try:
            found = self.glue.get_table(DatabaseName=name.database, Name=name.name)["Table"]
        except self.glue.exceptions.EntityNotFoundException:
            sentence = f"line 1:1: Table '{name}' does not exist"
            raise QueryFailed("TABLE_NOT_FOUND", sentence) from None
        return _table(name, found)

    def partitions(self, table: GlueTable) -> list[tuple[tuple[str, ...], str]]:
        """List registered partitions as values and location."""
        pages = self.glue.get_paginator("get_partitions").paginate(
            DatabaseName=table.name.database, TableName=table.name.name
        )
        return [
            (tuple(partition["Values"]), partition["StorageDescriptor"]["Location"])
            for page in pages
            for partition in page["Partitions"]
        ]

    def require_absent(self, name: TableName) -> None:
        """Raise when a table of that name exists."""
        try:
            self.glue.get_table(DatabaseName=name.database, Name=name.name)
        except self.glue.exceptions.EntityNotFoundException:
            return
        raise QueryFailed("TABLE_ALREADY_EXISTS", f"line 1:1: Table '{name}' already exists")

    def create(self, table: GlueTable, *, compression: str) -> None:
        """Register a new external Parquet table."""
        description: dict[str, Any] = {
            "Name": table.name.name,
            "TableType": "EXTERNAL_TABLE",
            "Parameters": {"EXTERNAL": "TRUE", "parquet.compression": compression, **table.parameters},
            "PartitionKeys": [{"Name": key.name, "Type": key.hive_type} for key in table.partition_keys],
            "StorageDescriptor": _storage(table.columns, table.location),
        }
        try:
            self.glue.create_table(DatabaseName=table.name.database, TableInput=description)  # type: ignore[arg-type]  # built above, checked by Glue
        except self.glue.exceptions.AlreadyExistsException:
            raise QueryFailed("TABLE_ALREADY_EXISTS", f"line 1:1: Table '{table.name}' already exists") from None
        except ClientError as error:
            raise QueryFailed("HIVE_METASTORE_ERROR", str(error)) from error

    def add_partitions(self, table: GlueTable, found: dict[tuple[str, ...], str]) -> None:
        """Register partitions with their locations, a hundred a call as Glue allows."""
        inputs: list[Any] = [
            {"Values": [*values], "StorageDescriptor": _storage(table.columns, location)}
            for values, location in found.items()
        ]
        for start in range(0, len(inputs), 100):
            self.glue.batch_create_partition(
                DatabaseName=table.name.database,
                TableName=table.name.name,
                PartitionInputList=inputs[start : start + 100],
            )

    def drop(self, name: TableName, *, if_exists: bool) -> None:
        """Take a table out of the catalogue."""
        try:
            self.glue.delete_table(DatabaseName=name.database, Name=name.name)
        except self.glue.exceptions.EntityNotFoundException:
            if not if_exists:
                raise QueryFailed("TABLE_NOT_FOUND", f"line 1:1: Table '{name}' does not exist") from None


def _table(name: TableName, found: "TableTypeDef") -> GlueTable:
    storage = found.get("StorageDescriptor", {})
    if found.get("TableType") == "VIRTUAL_VIEW":
        raise not_supported(f"the view {name}")
    formats = (storage.get("InputFormat", ""), storage.get("SerdeInfo", {}).get("SerializationLibrary", ""))
    if any(formats) and not any("parquet" in text.lower() for text in formats):
        raise QueryFailed("HIVE_UNSUPPORTED_FORMAT", f"{name} is stored as {formats[0] or formats[1]}, not as Parquet")
    return GlueTable(
        name=name,
        columns=_columns(storage.get("Columns", [])),
        partition_keys=_columns(found.get("PartitionKeys", [])),
        location=storage.get("Location", ""),
        parameters=dict(found.get("Parameters", {})),
    )


def _columns(found: "list[ColumnOutputTypeDef]") -> tuple[GlueColumn, ...]:
    return tuple(GlueColumn(column["Name"].lower(), column.get("Type", "string")) for column in found)


def _storage(columns: tuple[GlueColumn, ...], location: str) -> dict[str, Any]:
    return {
        "Columns": [{"Name": column.name, "Type": column.hive_type} for column in columns],
        "Location": location,
        "InputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
        "OutputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
        "SerdeInfo": {"SerializationLibrary": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"},
    }
