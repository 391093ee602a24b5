"""Runs of the event stream, turned into deliveries: one for each source, type and form, the malformed set apart."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from shared.ingestion.delivery import Delivery
from shared.ingestion.stream.envelopes import Body, Message, read
from shared.ingestion.stream.payloads import Unpacked, unpacked
from shared.ingestion.stream.producer import record_in
from shared.ledger.entry import UNATTRIBUTED, Entry, Kind
from shared.records.schema import DataType
from shared.records.validation import Form

if TYPE_CHECKING:
    from shared.ingestion.loader import Loader

KinesisRecord = Mapping[str, Any]


@dataclass
class _Group:
    """The rows of one source, type and form within a part of a run, and where and when (ms) each came."""

    rows: list[Any] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    arrived: list[int] = field(default_factory=list)


_Named = tuple[str, str, Form]


def consume(records: Sequence[KinesisRecord], loader: "Loader") -> list[Entry]:
    """Bring a run of Kinesis records in, all or nothing; return the ledger entries it came to.

    What is wrong with a record is written down, never raised: an error that leaves this function is a transient
    one, and the same run comes again under the same name.
    """
    arrivals = list(accumulate(map(_arrival, records), max))  # they are approximate: the order of the shard counts
    return [
        entry
        for part in unpacked([record["kinesis"]["data"] for record in records])
        for entry in _take(_name(records[part.records[0]]), arrivals, part, loader)
    ]


def lag_ms(records: Sequence[KinesisRecord], now: datetime) -> int:
    """How long ago the newest record of a run arrived: what is taken in is fresh up to then."""
    return max(0, round(now.timestamp() * 1000) - max(map(_arrival, records)))


def _take(run: str, arrivals: Sequence[int], part: Unpacked, loader: "Loader") -> Iterator[Entry]:
    found = read(part)
    for name, group in _grouped(found.messages, arrivals).items():
        yield loader.load(_delivery(run, name, group)).entry
    if found.malformed:
        yield loader.refuse(f"{run}~{UNATTRIBUTED}", _moment(arrivals[part.records[0]]), found.malformed)


def _name(first: KinesisRecord) -> str:
    return f"{first['eventID'].split(':')[0]}~{first['kinesis']['sequenceNumber']}"


def _arrival(record: KinesisRecord) -> int:
    return round(float(record["kinesis"]["approximateArrivalTimestamp"]) * 1000)


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def _grouped(messages: Sequence[tuple[int, int, Message]], arrivals: Sequence[int]) -> Mapping[_Named, _Group]:
    groups: defaultdict[_Named, _Group] = defaultdict(_Group)
    for place, record, message in messages:
        if isinstance(message, Body):
            many = groups[message.source_id, message.data_type, message.form]
            many.rows += message.rows
            many.places += range(place, place + len(message.rows))
            many.arrived += [arrivals[record]] * len(message.rows)
        else:
            group = groups[message["source_id"], message["data_type"], Form.TYPED]
            group.rows.append(record_in(message))
            group.places.append(place)
            group.arrived.append(arrivals[record])
    return groups


def _delivery(run: str, named: _Named, group: _Group) -> Delivery:
    source_id, data_type, form = named
    origin = f"{run}~{source_id}~{data_type}"
    return Delivery(
        origin=origin if form is Form.TYPED else f"{origin}~{form}",
        kind=Kind.STREAM,
        source_id=source_id,
        data_type=DataType(data_type),
        received_at=_moment(group.arrived[0]),
        rows=group.rows,
        ingested_at=group.arrived,
        form=form,
        places=group.places,
    )
