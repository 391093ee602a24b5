"""Quality counts in DynamoDB: one item per source, data type and hour of receipt; reports add them up.

They change by difference in the transaction that updates a delivery in the ledger, so that a delivery is counted once
however often it is repeated.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from shared.quality.state import Count, QualityCounts
from shared.records.schema import DataType
from shared.runtime.dynamodb import deserialize, serialize
from shared.runtime.models import sortable
from shared.runtime.resources import Table, Write

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

QUALITY_TABLE = Table("quality", writes=Write.UPDATE, partition_key="source_id", sort_key="hour")

_HOUR = len("2025-03-01T12")


@dataclass(frozen=True, kw_only=True)
class HourlyQuality:
    """Quality counts of one source, data type and hour."""

    source_id: str
    data_type: DataType
    hour: str
    state: QualityCounts

    @property
    def day(self) -> str:
        """The day of the hour, as `yyyy-MM-dd`."""
        return self.hour[: len("2025-03-01")]


class QualityStates:
    """Reads hourly counts."""

    def __init__(self, dynamodb: "DynamoDBClient", table: str) -> None:
        self._dynamodb = dynamodb
        self._table = table

    def find(self, source_id: str, start: datetime, end: datetime) -> Iterator[HourlyQuality]:
        """Yield the counts of a source for the hours that a half-open range overlaps, in order."""
        pages = self._dynamodb.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="source_id = :source AND #hour BETWEEN :first AND :last",
            ExpressionAttributeNames={"#hour": "hour"},
            ExpressionAttributeValues=serialize(
                {
                    ":source": source_id,
                    ":first": sortable(start)[:_HOUR],
                    ":last": sortable(end - timedelta(milliseconds=1))[:_HOUR] + "~",
                }
            ),
            ConsistentRead=True,
        )
        for page in pages:
            yield from map(_from_hour_item, page["Items"])


def hour_of(source_id: str, data_type: str, received_at: datetime) -> dict[str, Any]:
    """Return the key of the item that counts a delivery."""
    return serialize({"source_id": source_id, "hour": f"{sortable(received_at)[:_HOUR]}#{data_type}"})


def hour_update(
    table: str, hour: Mapping[str, Any], deliveries: Sequence[tuple[str, QualityCounts, QualityCounts]]
) -> dict[str, Any] | None:
    """Return the update of an hour's counts by the differences between two states of deliveries; None if it is empty.

    Samples are those of the first delivery of the hour that failed a check, with its id.
    """
    moved: defaultdict[str, Count] = defaultdict(Count)
    kept: dict[str, list[str]] = {}
    for origin, before, after in deliveries:
        for name in {*before.counts, *after.counts}:
            moved[name] += after.of(name) - before.of(name)
        for name, texts in after.samples.items():
            kept.setdefault(name, [f"{origin} {text}" for text in texts])
    numbers = {
        f"{name}#{what}": value for name, count in sorted(moved.items()) for what, value in vars(count).items() if value
    }
    if not numbers:
        return None
    samples = {f"{name}#samples": texts for name, texts in sorted(kept.items())}
    names = {name: f"n{place}" for place, name in enumerate((*numbers, *samples))}
    keep = ", ".join(f"#{names[each]} = if_not_exists(#{names[each]}, :{names[each]})" for each in samples)
    return {
        "TableName": table,
        "Key": hour,
        "UpdateExpression": "ADD "
        + ", ".join(f"#{names[each]} :{names[each]}" for each in numbers)
        + (f" SET {keep}" if keep else ""),
        "ExpressionAttributeNames": {f"#{place}": name for name, place in names.items()},
        "ExpressionAttributeValues": serialize(
            {f":{names[name]}": value for name, value in (*numbers.items(), *samples.items())}
        ),
    }


def to_item(state: QualityCounts) -> dict[str, Any]:
    """Serialize counts for the ledger entry."""
    counts = {name: f"{count.checked} {count.failed} {count.wrong}" for name, count in state.counts.items()}
    return {"counts": counts, "samples": {name: list(texts) for name, texts in state.samples.items()}}


def from_item(stored: Mapping[str, Any] | None) -> QualityCounts:
    """Parse the counts of a ledger entry; entries of earlier versions have none."""
    if stored is None:
        return QualityCounts()
    counts = {name: Count(*map(int, text.split())) for name, text in stored["counts"].items()}
    return QualityCounts(counts, {name: tuple(texts) for name, texts in stored["samples"].items()})


def _from_hour_item(item: Mapping[str, Any]) -> HourlyQuality:
    plain = deserialize(item)
    hour, _, data_type = plain["hour"].partition("#")
    values_by_check: defaultdict[str, dict[str, Any]] = defaultdict(dict)
    for name, value in plain.items():
        check, _, what = name.partition("#")
        if what:
            values_by_check[check][what] = value
    counts = {
        name: Count(*(int(values.get(what, 0)) for what in vars(Count()))) for name, values in values_by_check.items()
    }
    return HourlyQuality(
        source_id=plain["source_id"],
        data_type=DataType(data_type),
        hour=hour,
        state=QualityCounts(
            {name: count for name, count in counts.items() if count != Count()},
            {name: tuple(values["samples"]) for name, values in values_by_check.items() if "samples" in values},
        ),
    )
