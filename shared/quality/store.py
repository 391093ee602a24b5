"""The counts in DynamoDB: one item for each source, type and hour of receipt, which a report adds up.

They move by difference in the transaction that records a delivery in the ledger, so that a delivery is counted once
however often it comes.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from shared.quality.state import Count, QualityState
from shared.records.schema import DataType
from shared.runtime.dynamodb import deserialize, serialize
from shared.runtime.models import sortable

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

_HOUR = len("2025-03-01T12")


@dataclass(frozen=True, kw_only=True)
class Received:
    """What one source delivered of one type within one hour."""

    source_id: str
    data_type: DataType
    hour: str
    state: QualityState

    @property
    def day(self) -> str:
        """The day of that hour, as `yyyy-MM-dd`."""
        return self.hour[: len("2025-03-01")]


class QualityStates:
    """Reads the counts of hours."""

    def __init__(self, dynamodb: "DynamoDBClient", table: str) -> None:
        self._dynamodb = dynamodb
        self._table = table

    def find(self, source_id: str, start: datetime, end: datetime) -> Iterator[Received]:
        """What a source delivered in the hours that a half-open range touches, in their order."""
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
            yield from map(_received, page["Items"])


def hour_of(source_id: str, data_type: str, received_at: datetime) -> dict[str, Any]:
    """The key of the item in which a delivery is counted."""
    return serialize({"source_id": source_id, "hour": f"{sortable(received_at)[:_HOUR]}#{data_type}"})


def counted(
    table: str, hour: Mapping[str, Any], origin: str, *, before: QualityState, after: QualityState
) -> dict[str, Any] | None:
    """The update that moves the counts of an hour from what a delivery was to what it is; None if nothing moves.

    Samples are those of the first delivery of the hour that failed a check, and name it.
    """
    moved = {name: after.of(name) - before.of(name) for name in {*before.counts, *after.counts}}
    numbers = {
        f"{name}#{what}": value for name, count in sorted(moved.items()) for what, value in vars(count).items() if value
    }
    if not numbers:
        return None
    samples = {
        f"{name}#samples": [f"{origin} {text}" for text in texts] for name, texts in sorted(after.samples.items())
    }
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


def packed(state: QualityState) -> dict[str, Any]:
    """A state as the ledger keeps it with a delivery."""
    counts = {name: f"{count.checked} {count.failed} {count.wrong}" for name, count in state.counts.items()}
    return {"counts": counts, "samples": {name: list(texts) for name, texts in state.samples.items()}}


def unpacked(kept: Mapping[str, Any] | None) -> QualityState:
    """Read a state that was kept with a delivery; those of before there were any have none."""
    if kept is None:
        return QualityState()
    counts = {name: Count(*map(int, text.split())) for name, text in kept["counts"].items()}
    return QualityState(counts, {name: tuple(texts) for name, texts in kept["samples"].items()})


def _received(item: Mapping[str, Any]) -> Received:
    plain = deserialize(item)
    hour, _, data_type = plain["hour"].partition("#")
    told: defaultdict[str, dict[str, Any]] = defaultdict(dict)
    for name, value in plain.items():
        check, _, what = name.partition("#")
        if what:
            told[check][what] = value
    counts = {name: Count(*(int(values.get(what, 0)) for what in vars(Count()))) for name, values in told.items()}
    return Received(
        source_id=plain["source_id"],
        data_type=DataType(data_type),
        hour=hour,
        state=QualityState(
            {name: count for name, count in counts.items() if count != Count()},
            {name: tuple(values["samples"]) for name, values in told.items() if "samples" in values},
        ),
    )
