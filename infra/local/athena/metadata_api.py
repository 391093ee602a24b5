"""The part of Athena's API that describes what there is: work groups, catalogues, databases and tables."""

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

from infra.local.athena.engine import Engine
from infra.local.athena.errors import RequestRefused
from infra.local.athena.paging import Body, page_of, require

if TYPE_CHECKING:
    from types_boto3_glue.type_defs import ColumnOutputTypeDef, DatabaseTypeDef, TableTypeDef

CATALOG = {"Name": "AwsDataCatalog", "Type": "GLUE", "Status": "CREATE_COMPLETE"}
PAGE = 50


def get_work_group(engine: Engine, body: Body) -> Body:
    """Describe a work group."""
    return {"WorkGroup": _plain(engine.work_groups.get(require(body, "WorkGroup")))}


def list_work_groups(engine: Engine, body: Body) -> Body:
    """List the work groups."""
    groups = [{"Name": name, "State": "ENABLED"} for name in engine.work_groups.names()]
    return page_of(groups, "WorkGroups", body, most=PAGE)


def create_work_group(engine: Engine, body: Body) -> Body:
    """Add a work group."""
    engine.work_groups.create(require(body, "Name"), body.get("Configuration", {}), body.get("Description", ""))
    return {}


def delete_work_group(engine: Engine, body: Body) -> Body:
    """Remove a work group."""
    engine.work_groups.delete(require(body, "WorkGroup"))
    return {}


def list_data_catalogs(_engine: Engine, body: Body) -> Body:
    """List the one catalogue there is."""
    summary = {"CatalogName": CATALOG["Name"], "Type": CATALOG["Type"], "Status": CATALOG["Status"]}
    return page_of([summary], "DataCatalogsSummary", body, most=PAGE)


def get_data_catalog(_engine: Engine, body: Body) -> Body:
    """Describe the one catalogue there is."""
    if str(require(body, "Name")).lower() != CATALOG["Name"].lower():
        raise RequestRefused(f"Data catalog {body['Name']} was not found")
    return {"DataCatalog": CATALOG}


def get_database(engine: Engine, body: Body) -> Body:
    """Describe a database."""
    glue, name = engine.catalogue.glue, require(body, "DatabaseName")
    try:
        return {"Database": _database(glue.get_database(Name=name)["Database"])}
    except glue.exceptions.EntityNotFoundException:
        raise RequestRefused(f"Database {name} not found", kind="MetadataException") from None


def list_databases(engine: Engine, body: Body) -> Body:
    """List the databases."""
    pages = engine.catalogue.glue.get_paginator("get_databases").paginate()
    found = [_database(database) for page in pages for database in page["DatabaseList"]]
    return page_of(found, "DatabaseList", body, most=PAGE)


def get_table_metadata(engine: Engine, body: Body) -> Body:
    """Describe a table."""
    glue, database, name = engine.catalogue.glue, require(body, "DatabaseName"), require(body, "TableName")
    try:
        return {"TableMetadata": _table(glue.get_table(DatabaseName=database, Name=name)["Table"])}
    except glue.exceptions.EntityNotFoundException:
        raise RequestRefused(f"Table {database}.{name} not found", kind="MetadataException") from None


def list_table_metadata(engine: Engine, body: Body) -> Body:
    """List the tables of a database, by a regular expression if one is given."""
    pages = engine.catalogue.glue.get_paginator("get_tables").paginate(DatabaseName=require(body, "DatabaseName"))
    wanted = re.compile(body.get("Expression") or ".*")
    found = [_table(table) for page in pages for table in page["TableList"] if wanted.fullmatch(table["Name"])]
    return page_of(found, "TableMetadataList", body, most=PAGE)


def _database(found: "DatabaseTypeDef") -> Body:
    return {
        "Name": found["Name"],
        "Description": found.get("Description", ""),
        "Parameters": found.get("Parameters", {}),
    }


def _table(found: "TableTypeDef") -> Body:
    created = found.get("CreateTime")
    return {
        "Name": found["Name"],
        "TableType": found.get("TableType", "EXTERNAL_TABLE"),
        "Columns": _columns(found.get("StorageDescriptor", {}).get("Columns", [])),
        "PartitionKeys": _columns(found.get("PartitionKeys", [])),
        "Parameters": {
            **found.get("Parameters", {}),
            "location": found.get("StorageDescriptor", {}).get("Location", ""),
        },
        **({"CreateTime": created.timestamp()} if created else {}),
    }


def _columns(found: "list[ColumnOutputTypeDef]") -> list[Body]:
    """List columns; in Glue, those that an Iceberg table no longer has are marked so."""
    current = [column for column in found if column.get("Parameters", {}).get("iceberg.field.current") != "false"]
    return [{"Name": column["Name"], "Type": column.get("Type", "string")} for column in current]


def _plain(value: Any) -> Any:
    """Turn times into seconds, as the protocol carries them."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    return value.timestamp() if isinstance(value, datetime) else value
