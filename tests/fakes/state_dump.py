"""The complete state of the platform after a run, comparable: rows, roll-ups, ledger, totals, pending objects."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import boto3
import pyarrow as pa
import pyarrow.parquet as pq
from boto3.dynamodb.types import TypeDeserializer
from shared.lake.catalog.versions import VERSIONS_TABLE

from shared.app.wiring import Wiring
from shared.lake.storage.object_store import LAKE_BUCKET
from shared.lake.storage.paths import IncomingKey
from shared.ledger.store import LEDGER_HOURS_TABLE, LEDGER_TABLE, SOURCES_TABLE
from shared.records.schema import DataType
from shared.runtime.resources import Resource
from shared.runtime.settings import Settings

_DESERIALIZE = TypeDeserializer().deserialize
_MOST_ROUNDS = 9
Rows = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True)
class StateDump:
    """The state after a run."""

    base: Rows
    rollups: Rows
    quarantine: Rows
    incoming: list[str]
    ledger: list[dict[str, Any]]
    sources: list[dict[str, Any]]
    hours: list[dict[str, Any]]


def dump_state(settings: Settings) -> StateDump:
    """Read everything that has to be the same however often a run was cut short."""
    return StateDump(
        base=parquet_rows(settings, "base/"),
        rollups=parquet_rows(settings, "rollup/"),
        quarantine=parquet_rows(settings, "quarantine/"),
        incoming=keys(settings, "incoming/"),
        ledger=_items(settings, LEDGER_TABLE, but={"revision"}),
        sources=_items(settings, SOURCES_TABLE, but={"known_since"}),
        hours=_items(settings, LEDGER_HOURS_TABLE),
    )


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


def versions(settings: Settings) -> dict[str, int]:
    """The version of each table."""
    return {each["table_name"]: int(each["version"]) for each in _items(settings, VERSIONS_TABLE)}


def _items(settings: Settings, resource: Resource, but: Iterable[str] = ()) -> list[dict[str, Any]]:
    found = boto3.client("dynamodb").scan(TableName=settings.name_of(resource), ConsistentRead=True)["Items"]
    plain = ({name: _DESERIALIZE(value) for name, value in item.items() if name not in but} for item in found)
    return sorted(plain, key=repr)


def waiting(settings: Settings) -> set[DataType]:
    """The data types for which something waits, as the notices of S3 would name them."""
    named = (IncomingKey.parse(key) for key in keys(settings, "incoming/"))
    return {each.data_type for each in named if each is not None}


def merge_all(wired: Wiring) -> None:
    """Merge until nothing is pending."""
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
