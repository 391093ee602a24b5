"""From a delivery to incoming rows, quarantine and a ledger entry: the same way for batches and streams.

Every object's name follows from the delivery, so that a repetition overwrites and never adds. The order is: the
entry (received), the quarantine, the incoming objects, the entry (written). A crash between any two leaves rows in
flight, and the next try brings all of it to the same end.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import orjson

from shared.ingestion.entry import UNATTRIBUTED, UNKNOWN_TYPE, Entry, Kind
from shared.ingestion.personal import without_personal_data
from shared.lake.paths import PartitionId, quarantine_key
from shared.records.catalogue import SCHEMAS
from shared.records.schema import DataType
from shared.records.validation import RowError, Validated, validate
from shared.runtime.dialects import echo

if TYPE_CHECKING:
    from shared.ingestion.decisions import DecisionIndex
    from shared.ingestion.delivery import Delivery, Malformed
    from shared.ingestion.ledger import Ledger
    from shared.lake.store import LakeStore
    from shared.runtime.models import Clock

_MOST_PROBLEMS = 20


@dataclass(frozen=True)
class Loaded:
    """What a delivery came to: its ledger entry, and what was wrong with its rows."""

    entry: Entry
    errors: Sequence[RowError]


@dataclass(frozen=True, kw_only=True)
class Loader:
    """Validates deliveries and puts their rows where the merge finds them."""

    lake: "LakeStore"
    ledger: "Ledger"
    decisions: "DecisionIndex"
    reporting_currency: str
    clock: "Clock"

    def load(self, delivery: "Delivery") -> Loaded:
        """Bring one delivery in; again and again if need be."""
        rows, dropped = delivery.rows, 0
        if SCHEMAS[delivery.data_type].personal_fields_dropped:
            rows, dropped = without_personal_data(rows)
        checked = validate(delivery.data_type, rows, form=delivery.form, at=self.clock())
        if delivery.data_type is DataType.LABELS:
            checked = self._filed_under_decisions(checked)
        objects, latest = self._incoming(delivery, checked)
        entry = self._opened(delivery, checked, dropped, latest)
        self._quarantine(delivery, rows, checked)
        if delivery.data_type is DataType.DECISIONS:
            self.decisions.add({row["decision_id"]: row["timestamp"] for row in checked.rows})
        self.lake.put_all(objects)
        entry = self.ledger.record(delivery.origin, lambda stands: (stands or entry).with_written(self.clock()))
        return Loaded(entry, checked.errors)

    def refuse(self, origin: str, received_at: datetime, malformed: Sequence["Malformed"]) -> Entry:
        """Put records in quarantine that no source and type can be told of, and account for them."""
        from shared.ingestion import rejection  # noqa: PLC0415 # Arrow costs 100 ms: only calls that need it pay

        key = quarantine_key(received_at.date().isoformat(), origin)
        self.lake.put(key, rejection.malformed_object(malformed, origin, received_at))
        errors = [RowError(each.place, "", each.code, each.message) for each in malformed]
        entry = Entry(
            origin=origin,
            kind=Kind.STREAM,
            source_id=UNATTRIBUTED,
            data_type=UNKNOWN_TYPE,
            received_at=received_at,
            received=len(malformed),
            quarantined=len(malformed),
            problems=tuple(_problems(errors)),
        ).with_written(self.clock())
        return self.ledger.record(origin, lambda stands: stands.redelivered(entry) if stands else entry)

    def _opened(self, delivery: "Delivery", checked: Validated, dropped: int, latest: datetime | None) -> Entry:
        fresh = Entry(
            origin=delivery.origin,
            kind=delivery.kind,
            source_id=delivery.source_id,
            data_type=delivery.data_type,
            received_at=delivery.received_at,
            received=len(delivery.rows),
            quarantined=len(checked.rejected),
            dropped_fields=dropped,
            problems=tuple(_problems(checked.errors)),
            latest_event=latest,
        )
        return self.ledger.record(delivery.origin, lambda stands: stands.redelivered(fresh) if stands else fresh)

    def _incoming(self, delivery: "Delivery", checked: Validated) -> tuple[list[tuple[str, bytes]], datetime | None]:
        from shared.lake import columns  # noqa: PLC0415 # Arrow costs 100 ms: only calls that load rows pay

        if not checked.rows:
            return [], None
        stamp = columns.Stamp(
            source_id=delivery.source_id,
            ingested_at=_moments(delivery, checked),
            origin=delivery.origin,
            reporting_currency=self.reporting_currency,
        )
        table = columns.to_table(delivery.data_type, checked.rows, stamp)
        objects = [
            (PartitionId(delivery.data_type, day).incoming_key(delivery.origin), columns.write_parquet(rows))
            for day, rows in columns.by_day(delivery.data_type, table)
        ]
        return objects, columns.latest_event(delivery.data_type, table)

    def _quarantine(self, delivery: "Delivery", rows: Sequence[Any], checked: Validated) -> None:
        if not checked.errors:
            return
        from shared.ingestion.rejection import rejected_object  # noqa: PLC0415 # as above

        key = quarantine_key(delivery.received_at.date().isoformat(), delivery.origin)
        self.lake.put(key, rejected_object(delivery, rows, checked))

    def _filed_under_decisions(self, checked: Validated) -> Validated:
        known = self.decisions.times(row["decision_id"] for row in checked.rows if not row.get("decision_timestamp"))
        errors, kept = list(checked.errors), []
        for place, row in zip(checked.places, checked.rows, strict=True):
            at = row.get("decision_timestamp") or known.get(row["decision_id"])
            if at is None:
                message = "no such decision has arrived yet; send its decision_timestamp, or the label again later"
                errors.append(RowError(place, "/decision_id", "decision_unknown", message, row["decision_id"]))
            else:
                kept.append((place, {**row, "decision_timestamp": at}))
        return Validated([row for _, row in kept], [place for place, _ in kept], errors)


def _moments(delivery: "Delivery", checked: Validated) -> datetime | list[datetime]:
    if isinstance(delivery.ingested_at, datetime):
        return delivery.ingested_at
    return [delivery.ingested_at[place] for place in checked.places]


def _problems(errors: Sequence[RowError]) -> Sequence[Mapping[str, Any]]:
    """Sum errors up by field and code, as `ProcessingError` tells them (resolutions § 10), most frequent first."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for error in errors:
        problem = found.setdefault(
            (error.field, error.code),
            {
                "code": error.code,
                "message": f"{error.field or 'record'}: {error.message}",
                "stage": "validate",
                "count": 0,
                "first_row": error.row,
                "sample": orjson.dumps(echo(error.rejected_value)).decode(),
            },
        )
        problem["count"] += 1
    return sorted(found.values(), key=lambda problem: -problem["count"])[:_MOST_PROBLEMS]
