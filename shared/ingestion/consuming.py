"""Runs of the event stream, turned into deliveries: one for each source and type, the malformed set apart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from shared.ingestion.delivery import Delivery
from shared.ingestion.entry import UNATTRIBUTED, Entry, Kind
from shared.ingestion.envelopes import read_run
from shared.ingestion.streaming import records_in
from shared.records.schema import DataType

if TYPE_CHECKING:
    from shared.ingestion.loading import Loader

KinesisRecord = Mapping[str, Any]


@dataclass
class _Group:
    """The envelopes, then the rows, of one source and type within a run, and where and when (ms) each came."""

    rows: list[Any] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    arrived: list[int] = field(default_factory=list)


Groups = dict[tuple[str, str], _Group]


def consume(records: Sequence[KinesisRecord], loader: "Loader") -> list[Entry]:
    """Bring a run of Kinesis records in, all or nothing; return the ledger entries it came to.

    What is wrong with a record is written down, never raised: an error that leaves this function is a transient
    one, and the same run comes again under the same name.
    """
    run = _run_name(records[0])
    read = read_run([record["kinesis"]["data"] for record in records])
    entries = [
        loader.load(_delivery(f"{run}~{source_id}~{data_type}", source_id, DataType(data_type), group)).entry
        for (source_id, data_type), group in _grouped(read.envelopes, records).items()
    ]
    if read.malformed:
        received_at = datetime.fromtimestamp(_arrival(records[0]) / 1000, UTC)
        entries.append(loader.refuse(f"{run}~{UNATTRIBUTED}", received_at, read.malformed))
    return entries


def _run_name(first: KinesisRecord) -> str:
    return f"{first['eventID'].split(':')[0]}~{first['kinesis']['sequenceNumber']}"


def _arrival(record: KinesisRecord) -> int:
    return round(float(record["kinesis"]["approximateArrivalTimestamp"]) * 1000)


def _grouped(envelopes: Sequence[tuple[int, Mapping[str, Any]]], records: Sequence[KinesisRecord]) -> Groups:
    groups: Groups = {}
    for place, envelope in envelopes:
        name = (envelope["source_id"], envelope["data_type"])
        group = groups.get(name)
        if group is None:
            group = groups[name] = _Group()
        group.rows.append(envelope)
        group.places.append(place)
        group.arrived.append(_arrival(records[place]))
    for (_, data_type), group in groups.items():
        group.rows = records_in(DataType(data_type), group.rows)
    return groups


def _delivery(origin: str, source_id: str, data_type: DataType, group: _Group) -> Delivery:
    return Delivery(
        origin=origin,
        kind=Kind.STREAM,
        source_id=source_id,
        data_type=data_type,
        received_at=datetime.fromtimestamp(group.arrived[0] / 1000, UTC),
        rows=group.rows,
        ingested_at=group.arrived,
        places=group.places,
    )
