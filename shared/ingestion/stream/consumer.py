"""Turns Kinesis batches into deliveries: one per source, data type and form; malformed records are quarantined."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from shared.ingestion.delivery import Delivery
from shared.ingestion.nested_records import Records, explode_all, paths_of
from shared.ingestion.stream.decoding import DecodedPart, decode
from shared.ingestion.stream.envelopes import BatchBody, Message, parse
from shared.ingestion.stream.group import Group
from shared.ingestion.stream.producer import embedded_record
from shared.ledger.entry import UNATTRIBUTED, DeliveryKind, LedgerEntry
from shared.records.schema import DataType
from shared.records.validation import Form

if TYPE_CHECKING:
    from shared.ingestion.loader import Loader
    from shared.ledger.store import Ledger
    from shared.mapping.model import MappingOf
    from shared.mapping.record_paths import RecordPaths

KinesisRecord = Mapping[str, Any]


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
        for entry in _load_part(records, arrival_times, part, loader)
    ]


def lag_ms(records: Sequence[KinesisRecord], now: datetime) -> int:
    """Return the age of the newest record of a batch, in milliseconds."""
    return max(0, round(now.timestamp() * 1000) - max(map(_arrival_ms, records)))


def _load_part(
    batch: Sequence[KinesisRecord], arrival_times: Sequence[int], part: DecodedPart, loader: "Loader"
) -> Iterator[LedgerEntry]:
    found, run = parse(part), _batch_name(batch[part.records[0]])
    groups = _group_messages(found.messages, arrival_times, loader.validator.mapping_of)
    for key, group in groups.items():
        for name, some, is_new in _as_delivered(run, key, group, batch, loader.ledger):
            yield loader.load(_delivery(name, key, some), is_new=is_new).entry
    if found.malformed:
        yield loader.quarantine_unattributed(
            f"{run}~{UNATTRIBUTED}", _to_datetime(arrival_times[part.records[0]]), found.malformed
        )


def _as_delivered(
    run: str, key: _GroupKey, group: Group, batch: Sequence[KinesisRecord], ledger: "Ledger"
) -> Iterator[tuple[str, Group, bool]]:
    """Divide a group where earlier attempts ended; each part has the name of the batch that begins with it.

    With each part, yield whether the ledger has no entry of it.

    A batch whose consumer failed may be repeated with more records at its end. Those before may be merged by then, and
    the outcomes of single rows are not kept. So a delivery never gets more rows, whose outcomes would replace those of
    the first: the new ones are a delivery of their own.
    """
    name, left = run, group
    while (known := ledger.get(_delivery_id(name, key))) and (divided := left.divide(known.delivered)):
        before, left = divided
        yield name, before, False
        name = _batch_name(batch[left.first])
    yield name, left, known is None


def _batch_name(first: KinesisRecord) -> str:
    return f"{first['eventID'].split(':')[0]}~{first['kinesis']['sequenceNumber']}"


def _arrival_ms(record: KinesisRecord) -> int:
    return round(float(record["kinesis"]["approximateArrivalTimestamp"]) * 1000)


def _to_datetime(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def _group_messages(
    messages: Sequence[tuple[int, int, Message]], arrival_times: Sequence[int], mapping_of: "MappingOf"
) -> Mapping[_GroupKey, Group]:
    """Group the records in messages; documents with several records move the positions of those after them."""
    groups: dict[_GroupKey, Group] = {}
    paths: dict[_GroupKey, RecordPaths | None] = {}
    moved = 0
    for place, record, message in messages:
        key, documents = _documents(message)
        if key not in paths:
            paths[key] = paths_of(mapping_of, key[0], DataType(key[1]))
        found = _records(documents, key, paths[key])
        group = groups.setdefault(key, Group(arrival_times[record]))
        group.add(_with_event_time(found, message), place + moved, record, arrival_times[record])
        moved += len(found) - len(documents)
    return {key: group for key, group in groups.items() if len(group)}


def _documents(message: Message) -> tuple[_GroupKey, Sequence[Any]]:
    if isinstance(message, BatchBody):
        return (message.source_id, message.data_type, message.form), message.rows
    return (message["source_id"], message["data_type"], Form.TYPED), [message["data"]]


def _records(documents: Sequence[Any], key: _GroupKey, paths: "RecordPaths | None") -> Records:
    if paths is not None:
        return explode_all(documents, paths, DataType(key[1]))
    numbers = list(range(len(documents)))
    return Records(list(documents), numbers, numbers)


def _with_event_time(found: Records, message: Message) -> Records:
    if isinstance(message, BatchBody):
        return found
    return replace(found, rows=[embedded_record({**message, "data": row}) for row in found.rows])


def _delivery(run: str, key: _GroupKey, group: Group) -> Delivery:
    source_id, data_type, form = key
    return Delivery(
        delivery_id=_delivery_id(run, key),
        kind=DeliveryKind.STREAM,
        source_id=source_id,
        data_type=DataType(data_type),
        received_at=_to_datetime(group.received_ms),
        rows=group.rows,
        ingested_at=group.arrived,
        form=form,
        places=group.places,
        malformed=group.malformed,
        blocks=group.messages,
    )


def _delivery_id(run: str, key: _GroupKey) -> str:
    source_id, data_type, form = key
    origin = f"{run}~{source_id}~{data_type}"
    return origin if form is Form.TYPED else f"{origin}~{form}"
