"""Converts ledger entries to DynamoDB items and back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.ledger.entry import Channel, DeliveryKind, LedgerEntry, Outcomes, channel_of
from shared.quality.store import from_item, to_item
from shared.runtime.dynamodb import deserialize, serialize
from shared.runtime.index_queries import shard_of
from shared.runtime.models import sortable

_ON_RECEIPT = "receipt"
"""Stands for the empty text in `derived`, which DynamoDB does not take for a name."""

OPEN = "yes"
"""The value of `open` of unfinished deliveries, before it is divided by source."""


def open_key(source_id: str) -> str:
    """Return the value of `open` of a source's unfinished deliveries."""
    return shard_of(OPEN, source_id)


def item_of(entry: LedgerEntry) -> dict[str, Any]:
    """Write an entry as an item; what it does not have stays away."""
    plain = {
        "origin": entry.delivery_id,
        "kind": entry.kind.value,
        "source_id": entry.source_id,
        "data_type": entry.data_type,
        "received_at": sortable(entry.received_at),
        "received": entry.received,
        "rejected": entry.rejected,
        "batch_id": entry.batch_id or None,
        "refused": entry.refused or None,
        "cancelled": entry.cancelled or None,
        "redrives": dict(entry.redrives) or None,
        "derived": {number or _ON_RECEIPT: records for number, records in entry.derived.items()} or None,
        "redriving": entry.redriving or None,
        "resumes": list(entry.resumes) or None,
        "restated": list(entry.restated) or None,
        "replaced": entry.replaced or None,
        "replaced_until": dict(entry.replaced_until) or None,
        "shared_samples": list(entry.shared_samples) or None,
        "dropped_fields": entry.dropped_fields,
        "written": entry.written,
        "partitions": {part: _packed(outcomes) for part, outcomes in entry.parts.items()},
        "problems": list(entry.problems),
        "quality": to_item(entry.quality) if entry.quality.counts else None,
        "earliest_event": sortable(entry.earliest_event) if entry.earliest_event else None,
        "latest_event": sortable(entry.latest_event) if entry.latest_event else None,
        "completed_at": sortable(entry.completed_at) if entry.completed_at else None,
        "open": None if entry.is_complete else open_key(entry.source_id),
        "recent": shard_of(entry.kind, entry.delivery_id) if entry.completed_at else None,
        "revision": entry.revision,
    }
    return serialize(plain)


def replaced_until_of(plain: Mapping[str, Any]) -> dict[str, int]:
    """Read up to which snapshot of each data type the replaced rows of a delivery are counted."""
    return {data_type: int(number) for data_type, number in plain.get("replaced_until", {}).items()}


@dataclass(frozen=True, kw_only=True)
class Completion:
    """When a delivery was completed, and whether rows of it were merged."""

    delivery_id: str
    channel: Channel
    received_at: datetime
    completed_at: datetime
    was_merged: bool


def completion_of(plain: Mapping[str, Any]) -> Completion:
    """Read the values of an item in the index of the completed deliveries."""
    outcomes = sum(map(_unpacked, plain["partitions"].values()), Outcomes())
    return Completion(
        delivery_id=plain["origin"],
        channel=channel_of(DeliveryKind(plain["kind"]), plain.get("batch_id", "")),
        received_at=datetime.fromisoformat(plain["received_at"]),
        completed_at=datetime.fromisoformat(plain["completed_at"]),
        was_merged=outcomes.total > outcomes.cancelled,
    )


def entry_of(item: Any) -> LedgerEntry:
    """Read an item."""
    return entry_of_values(deserialize(item))


def entry_of_values(plain: Mapping[str, Any]) -> LedgerEntry:
    """Read the values of an item."""
    return LedgerEntry(
        delivery_id=plain["origin"],
        kind=DeliveryKind(plain["kind"]),
        source_id=plain["source_id"],
        data_type=plain["data_type"],
        received_at=datetime.fromisoformat(plain["received_at"]),
        received=int(plain["received"]),
        rejected=int(plain["rejected"]),
        batch_id=plain.get("batch_id", ""),
        refused=plain.get("refused", False),
        cancelled=plain.get("cancelled", False),
        redrives={number: int(rows) for number, rows in plain.get("redrives", {}).items()},
        derived={
            "" if number == _ON_RECEIPT else number: int(records)
            for number, records in plain.get("derived", {}).items()
        },
        redriving=plain.get("redriving", ""),
        resumes=tuple(plain.get("resumes", ())),
        restated=tuple(plain.get("restated", ())),
        replaced=int(plain.get("replaced", 0)),
        replaced_until=replaced_until_of(plain),
        shared_samples=tuple(plain.get("shared_samples", ())),
        dropped_fields=int(plain["dropped_fields"]),
        written=plain["written"],
        parts={part: _unpacked(text) for part, text in plain["partitions"].items()},
        problems=tuple(_whole(problem) for problem in plain["problems"]),
        quality=from_item(plain.get("quality")),
        earliest_event=_moment(plain.get("earliest_event")),
        latest_event=_moment(plain.get("latest_event")),
        completed_at=_moment(plain.get("completed_at")),
        revision=int(plain["revision"]),
    )


_FATES = ("loaded", "duplicate", "conflict", "superseded", "cancelled", "shared_ids", "dropped")


def _packed(outcomes: Outcomes) -> str:
    """Fates as numbers in a text: a delivery may touch thousands of days, and an item holds 400 kB."""
    return " ".join(str(getattr(outcomes, name)) for name in _FATES)


def _unpacked(text: str) -> Outcomes:
    return Outcomes(**dict(zip(_FATES, map(int, text.split()), strict=False)))  # entries of before knew of fewer


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _whole(problem: dict[str, Any]) -> dict[str, Any]:
    return {name: int(value) if name in {"count", "first_row"} else value for name, value in problem.items()}
