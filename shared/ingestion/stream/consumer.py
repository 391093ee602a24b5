"""Turns Kinesis batches into deliveries: one per source, data type and form; malformed records are quarantined."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from shared.ingestion.delivery import Delivery
from shared.ingestion.stream.decoding import DecodedPart, decode
from shared.ingestion.stream.envelopes import BatchBody, Message, parse
from shared.ingestion.stream.producer import embedded_record
from shared.ledger.entry import UNATTRIBUTED, DeliveryKind, LedgerEntry
from shared.records.schema import DataType
from shared.records.validation import Form

if TYPE_CHECKING:
    from shared.ingestion.loader import Loader

KinesisRecord = Mapping[str, Any]


@dataclass
class _Group:
    """The rows of one source, type and form in a part of a batch, with their positions and arrival times in ms."""

    rows: list[Any] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    arrived: list[int] = field(default_factory=list)


_GroupKey = tuple[str, str, Form]


def consume_batch(records: Sequence[KinesisRecord], loader: "Loader") -> list[LedgerEntry]:
    """Load a batch of Kinesis records, all or nothing; return the ledger entries.

    Errors in records are recorded, never raised. An exception that leaves this function is transient: Kinesis sends the
    same batch again, and its deliveries get the same ids.
    """
    arrival_times = list(
        accumulate(map(_arrival_ms, records), max)
    )  # arrival times are approximate, the order of the shard is exact
    return [
        entry
        for part in decode([record["kinesis"]["data"] for record in records])
        for entry in _load_part(_batch_name(records[part.records[0]]), arrival_times, part, loader)
    ]


def lag_ms(records: Sequence[KinesisRecord], now: datetime) -> int:
    """Return the age of the newest record of a batch, in milliseconds."""
    return max(0, round(now.timestamp() * 1000) - max(map(_arrival_ms, records)))


def _load_part(run: str, arrival_times: Sequence[int], part: DecodedPart, loader: "Loader") -> Iterator[LedgerEntry]:
    found = parse(part)
    for name, group in _group_messages(found.messages, arrival_times).items():
        yield loader.load(_delivery(run, name, group)).entry
    if found.malformed:
        yield loader.quarantine_unattributed(
            f"{run}~{UNATTRIBUTED}", _to_datetime(arrival_times[part.records[0]]), found.malformed
        )


def _batch_name(first: KinesisRecord) -> str:
    return f"{first['eventID'].split(':')[0]}~{first['kinesis']['sequenceNumber']}"


def _arrival_ms(record: KinesisRecord) -> int:
    return round(float(record["kinesis"]["approximateArrivalTimestamp"]) * 1000)


def _to_datetime(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def _group_messages(
    messages: Sequence[tuple[int, int, Message]], arrival_times: Sequence[int]
) -> Mapping[_GroupKey, _Group]:
    groups: defaultdict[_GroupKey, _Group] = defaultdict(_Group)
    for place, record, message in messages:
        if isinstance(message, BatchBody):
            many = groups[message.source_id, message.data_type, message.form]
            many.rows += message.rows
            many.places += range(place, place + len(message.rows))
            many.arrived += [arrival_times[record]] * len(message.rows)
        else:
            group = groups[message["source_id"], message["data_type"], Form.TYPED]
            group.rows.append(embedded_record(message))
            group.places.append(place)
            group.arrived.append(arrival_times[record])
    return groups


def _delivery(run: str, key: _GroupKey, group: _Group) -> Delivery:
    source_id, data_type, form = key
    origin = f"{run}~{source_id}~{data_type}"
    return Delivery(
        delivery_id=origin if form is Form.TYPED else f"{origin}~{form}",
        kind=DeliveryKind.STREAM,
        source_id=source_id,
        data_type=DataType(data_type),
        received_at=_to_datetime(group.arrived[0]),
        rows=group.rows,
        ingested_at=group.arrived,
        form=form,
        places=group.places,
    )
