"""The complete state of the platform after a run, comparable: rows, roll-ups, ledger, totals, pending objects."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import boto3
import pyarrow as pa
import pyarrow.parquet as pq
from boto3.dynamodb.types import TypeDeserializer

from shared.app.wiring import Wiring
from shared.lake.catalog.state import TableState
from shared.lake.catalog.states import TABLE_STATES
from shared.lake.catalog.table import LakeTable
from shared.lake.catalog.tables import BASE_TABLES, LAKE_DATABASE, LAKE_TABLES
from shared.lake.provider import table_states
from shared.lake.rollups.compute import ROLLUPS
from shared.lake.storage.object_store import LAKE_BUCKET
from shared.lake.storage.paths import IncomingKey
from shared.lake.table.iceberg import IcebergTables
from shared.lake.table.port import TableSnapshot
from shared.lake.table.provider import lake_tables
from shared.ledger.arrival import LAGS
from shared.ledger.store import LEDGER_HOURS_TABLE, LEDGER_TABLE, SOURCES_TABLE
from shared.records.schema import DataType
from shared.runtime.deployment import Deployment
from shared.runtime.resources import Resource
from shared.runtime.settings import Settings

_DESERIALIZE = TypeDeserializer().deserialize
_MOST_ROUNDS = 9
_TABLES = {table.name: table for table in LAKE_TABLES}
_BASES = {table.name for table in BASE_TABLES.values()}
Rows = dict[str, list[dict[str, Any]]]

NAMES_AND_TIMES = frozenset(
    {
        "_origin",
        "origin",
        "recent",
        "received_at",
        "completed_at",
        "ingested_at",
        "updated_at",
        "first_ingestion",
        "last_ingestion",
    }
)
"""What differs from run to run: the name of a batch, and the times of its rows."""


@dataclass(frozen=True)
class StateDump:
    """The state after a run.

    `base` and `rollups` are the rows that readers see, by table: those of published snapshots. `heads` are the rows of
    the current snapshots; `days` are the published days of each base, `dirty` those that roll-ups lack.
    """

    base: Rows
    rollups: Rows
    heads: Rows
    days: dict[str, list[str]]
    dirty: dict[str, tuple[str, ...]]
    quarantine: Rows
    incoming: list[str]
    ledger: list[dict[str, Any]]
    sources: list[dict[str, Any]]
    hours: list[dict[str, Any]]

    def without(self, names: Collection[str] = NAMES_AND_TIMES) -> list[Any]:
        """The rows, the ledger and the totals without some of their fields."""
        stored = (self.base, self.rollups, self.quarantine)
        rows = [row for objects in stored for each in objects.values() for row in each]
        every = [*rows, *self.ledger, *self.sources, *self.hours]
        return sorted(({key: value for key, value in each.items() if key not in names} for each in every), key=repr)


def dump_state(settings: Settings) -> StateDump:
    """Read everything that has to be the same however often a run was cut short."""
    states = published(settings)
    tables = lake_tables(Deployment(settings))
    snapshots = {name: snapshot for state in states.values() for name, snapshot in state.snapshots.items()}
    read = {name: _rows(tables, _TABLES[name], tables.snapshot(_TABLES[name], at)) for name, at in snapshots.items()}
    return StateDump(
        base={name: rows for name, rows in read.items() if name in _BASES},
        rollups={name: rows for name, rows in read.items() if name not in _BASES},
        heads=_heads(settings, tables, snapshots, read),
        days={name: sorted(state.days) for name, state in states.items()},
        dirty={name: state.dirty_days for name, state in states.items() if name in ROLLUPS},
        quarantine=parquet_rows(settings, "quarantine/"),
        incoming=keys(settings, "incoming/"),
        ledger=_items(settings, LEDGER_TABLE, but={"revision"}),
        # The name of a delivery, which is random, decides which slot its lag takes.
        sources=_items(settings, SOURCES_TABLE, but={"known_since", *LAGS}),
        hours=_items(settings, LEDGER_HOURS_TABLE),
    )


def published(settings: Settings) -> dict[str, TableState]:
    """The published state of each table that has one."""
    names = [item["table_name"] for item in _items(settings, TABLE_STATES)]
    return table_states(Deployment(settings)).get_many(names) if names else {}


def table_rows(settings: Settings, name: str) -> list[dict[str, Any]]:
    """The published rows of a table, in an order of their own; none if it is not published."""
    tables = lake_tables(Deployment(settings))
    for state in published(settings).values():
        if name in state.snapshots:
            return _rows(tables, _TABLES[name], tables.snapshot(_TABLES[name], state.snapshots[name]))
    return []


def base_rows(settings: Settings) -> Rows:
    """The published rows of each base table that has any."""
    read = {name: table_rows(settings, name) for name in BASE_TABLES}
    return {name: rows for name, rows in read.items() if rows}


def _heads(settings: Settings, tables: IcebergTables, snapshots: Mapping[str, int], read: Rows) -> Rows:
    """Read the current snapshots of all tables that exist; those that are published are read already."""
    database = settings.name_of(LAKE_DATABASE)
    found: Rows = {}
    for name in sorted(each["Name"] for each in boto3.client("glue").get_tables(DatabaseName=database)["TableList"]):
        head = tables.head(_TABLES[name])
        if head.rows:
            found[name] = read[name] if head.id == snapshots.get(name) else _rows(tables, _TABLES[name], head)
    return found


def _rows(tables: IcebergTables, table: LakeTable, snapshot: TableSnapshot) -> list[dict[str, Any]]:
    columns = [column.name for column in table.columns]
    return sorted(tables.rows(table, snapshot, columns).select(columns).to_pylist(), key=repr)


def keys(settings: Settings, prefix: str) -> list[str]:
    """The keys below a prefix of the lake."""
    pages = boto3.client("s3").get_paginator("list_objects_v2")
    found = pages.paginate(Bucket=settings.name_of(LAKE_BUCKET), Prefix=prefix)
    return sorted(each["Key"] for page in found for each in page.get("Contents", []))


def body(settings: Settings, key: str) -> bytes:
    """The bytes of an object of the lake."""
    answer = boto3.client("s3").get_object(Bucket=settings.name_of(LAKE_BUCKET), Key=key)
    return answer["Body"].read()


def parquet_rows(settings: Settings, prefix: str) -> Rows:
    """The rows of each Parquet object below a prefix, in an order of their own."""
    return {
        key: sorted(pq.read_table(pa.BufferReader(body(settings, key))).to_pylist(), key=repr)
        for key in keys(settings, prefix)
        if key.endswith(".parquet")
    }


def _items(settings: Settings, resource: Resource, but: Iterable[str] = ()) -> list[dict[str, Any]]:
    found = boto3.client("dynamodb").scan(TableName=settings.name_of(resource), ConsistentRead=True)["Items"]
    plain = ({name: _DESERIALIZE(value) for name, value in item.items() if name not in but} for item in found)
    return sorted(plain, key=repr)


def waiting(settings: Settings) -> set[DataType]:
    """The data types for which something waits, as the notices of S3 would name them."""
    named = (IncomingKey.parse(key) for key in keys(settings, "incoming/"))
    return {each.data_type for each in named if each is not None}


def roll_up_all(wired: Wiring) -> None:
    """Compute the roll-ups of all days that changed."""
    for data_type in ROLLUPS:
        wired.rollups.run(data_type)


def merge_all(wired: Wiring) -> None:
    """Merge until nothing is pending; roll-ups are not computed."""
    for _ in range(_MOST_ROUNDS):
        wanted = waiting(wired.settings)
        if not wanted:
            return
        assert wired.merger.merge(wanted, has_time=lambda: True) == set()
    assert keys(wired.settings, "incoming/") == []


def balance(entry: dict[str, Any], fates: Callable[[str], Iterable[int]]) -> int:
    """Return the number of rows of a ledger item without an outcome."""
    met = sum(sum(list(fates(text))[:3]) for text in entry["partitions"].values())
    return int(entry["received"]) - int(entry["rejected"]) - met
