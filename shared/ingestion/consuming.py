"""Runs of the event stream, turned into deliveries: one for each source and type, the malformed set apart."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import orjson
from pydantic import TypeAdapter, ValidationError

from shared.ingestion.delivery import Delivery, Malformed
from shared.ingestion.entry import UNATTRIBUTED, Entry, Kind
from shared.ingestion.models import StreamIngestionRequest
from shared.ingestion.personal import without_personal_data
from shared.ingestion.streaming import record_in
from shared.records.catalogue import SCHEMAS
from shared.records.schema import DataType
from shared.runtime import strict_json

if TYPE_CHECKING:
    from shared.ingestion.loading import Loader

KinesisRecord = Mapping[str, Any]
_ENVELOPES = TypeAdapter(list[StreamIngestionRequest])
_IMPERSONAL = [schema.data_type for schema in SCHEMAS.values() if not schema.personal_fields_dropped]


@dataclass
class _Group:
    """The rows of one source and type within a run, and where and when each arrived."""

    rows: list[Any] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    arrived: list[datetime] = field(default_factory=list)


@dataclass
class _Sorted:
    """A run, sorted out."""

    groups: dict[tuple[str, DataType], _Group] = field(default_factory=dict)
    malformed: list[Malformed] = field(default_factory=list)


def consume(records: Sequence[KinesisRecord], loader: "Loader") -> list[Entry]:
    """Bring a run of Kinesis records in, all or nothing; return the ledger entries it came to.

    What is wrong with a record is written down, never raised: an error that leaves this function is a transient
    one, and the same run comes again under the same name.
    """
    run, found = _run_name(records[0]), _sorted_out(records)
    entries = [
        loader.load(_delivery(f"{run}~{source_id}~{data_type}", source_id, data_type, group)).entry
        for (source_id, data_type), group in found.groups.items()
    ]
    if found.malformed:
        entries.append(loader.refuse(f"{run}~{UNATTRIBUTED}", _arrival(records[0]), found.malformed))
    return entries


def _run_name(first: KinesisRecord) -> str:
    return f"{first['eventID'].split(':')[0]}~{first['kinesis']['sequenceNumber']}"


def _arrival(record: KinesisRecord) -> datetime:
    milliseconds = round(float(record["kinesis"]["approximateArrivalTimestamp"]) * 1000)
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def _delivery(origin: str, source_id: str, data_type: DataType, group: _Group) -> Delivery:
    return Delivery(
        origin=origin,
        kind=Kind.STREAM,
        source_id=source_id,
        data_type=data_type,
        received_at=group.arrived[0],
        rows=group.rows,
        ingested_at=group.arrived,
        places=group.places,
    )


def _sorted_out(records: Sequence[KinesisRecord]) -> _Sorted:
    found, places, values = _Sorted(), list[int](), list[Any]()
    for place, record in enumerate(records):
        try:
            data = base64.b64decode(record["kinesis"]["data"], validate=True)
        except binascii.Error:
            found.malformed.append(Malformed(place, str(record["kinesis"]["data"]), "base64", "is not valid base64"))
            continue
        try:
            values.append(strict_json.loads(data))
            places.append(place)
        except strict_json.NotStrictJson as error:
            found.malformed.append(Malformed(place, _as_text(data), "json", str(error)))
    for place, value, envelope in _envelopes(places, values, found.malformed):
        group = found.groups.setdefault((envelope.source_id, envelope.data_type), _Group())
        group.rows.append(record_in(envelope, value["timestamp"]))
        group.places.append(place)
        group.arrived.append(_arrival(records[place]))
    return found


def _envelopes(
    places: Sequence[int], values: Sequence[Any], malformed: list[Malformed]
) -> list[tuple[int, Any, StreamIngestionRequest]]:
    """Read all envelopes at once; those that fail join the malformed, and the others are read again without them."""
    try:
        return list(zip(places, values, _ENVELOPES.validate_python(values), strict=True))
    except ValidationError as failure:
        reasons = {each["loc"][0]: each for each in failure.errors(include_url=False)}
    for row, reason in reasons.items():
        name = ".".join(str(step) for step in reason["loc"][1:]) or "record"
        text = orjson.dumps(_fit_to_keep(values[int(row)])).decode()
        malformed.append(Malformed(places[int(row)], text, "envelope", f"{name}: {reason['msg']}"))
    good = [row for row in range(len(values)) if row not in reasons]
    return _envelopes([places[row] for row in good], [values[row] for row in good], malformed)


def _fit_to_keep(value: Any) -> Any:
    """What quarantine may hold of a record with a wrong envelope: nothing personal, unless it is surely no customer."""
    told = value.get("data_type") if isinstance(value, dict) else None
    if told in _IMPERSONAL:
        return value
    (kept,), _ = without_personal_data([value])
    return kept


def _as_text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return base64.b64encode(data).decode()
