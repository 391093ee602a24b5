"""Decides which quarantined rows can be redriven, and groups them for validation."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from shared.ingestion.stream.decoding import DecodedPart
from shared.ingestion.stream.envelopes import BatchBody, parse
from shared.ingestion.stream.producer import embedded_record
from shared.ledger.entry import UNKNOWN_TYPE, LedgerEntry
from shared.records.schema import DataType
from shared.records.validation import Form

if TYPE_CHECKING:
    from shared.lake.quarantine.rejected_rows import RejectedRow
    from shared.quarantine.index import QuarantinedDelivery

Reasons = dict[int, list[dict[str, Any]]]


class RedriveBlocked(Exception):
    """Rows of a delivery cannot be redriven now; `transient` is true if a later attempt may succeed."""

    def __init__(self, reason: str, *, transient: bool) -> None:
        super().__init__(reason)
        self.transient = transient


@dataclass(frozen=True)
class RedriveGroup:
    """Rows of one source, type and encoding, with their parsed records."""

    source_id: str
    data_type: DataType
    form: Form
    rows: Sequence["RejectedRow"]
    records: Sequence[Any]


def require_redrivable(entry: LedgerEntry | None) -> LedgerEntry:
    """Return the ledger entry of a delivery whose rows can be redriven.

    Raises:
        Obstructed: the rows cannot be redriven now.
    """
    if entry is None:
        raise RedriveBlocked("the delivery is not in the ledger", transient=False)
    if entry.refused and entry.batch_id:
        raise RedriveBlocked("the file was rejected as a whole; resume its batch", transient=False)
    if not entry.written:
        raise RedriveBlocked("the delivery is still being loaded", transient=True)
    if entry.redriving:
        raise RedriveBlocked("another redrive of this delivery is in progress", transient=True)
    if entry.cancelled:
        raise RedriveBlocked("the batch was cancelled; resume it", transient=False)
    return entry


def group_rows(
    quarantined: "QuarantinedDelivery", rows: Sequence["RejectedRow"], reasons: Reasons
) -> Iterator[RedriveGroup]:
    """Group rows by data type and form; malformed rows keep their errors in `reasons`."""
    if quarantined.data_type == UNKNOWN_TYPE:
        yield from _parse_unattributed(rows, reasons)
        return
    well_formed = [row for row in rows if row.form]
    reasons.update({row.place: row.reasons for row in rows if not row.form})
    for form in Form:
        found = [row for row in well_formed if row.form == form]
        if found:
            records = [orjson.loads(row.raw) for row in found]
            yield RedriveGroup(quarantined.source_id, DataType(quarantined.data_type), form, found, records)


def _parse_unattributed(rows: Sequence["RejectedRow"], reasons: Reasons) -> Iterator[RedriveGroup]:
    """Parse stream records that could not be parsed on receipt, one by one."""
    part = parse(DecodedPart([row.raw.encode() for row in rows], range(len(rows))))
    documents = Counter(number for _, number, _ in part.messages)
    found: defaultdict[tuple[str, str], list[tuple[RejectedRow, Any]]] = defaultdict(list)
    readable = set()
    for _, number, message in part.messages:
        if not isinstance(message, BatchBody) and documents[number] == 1:  # else one record would become many
            readable.add(number)
            found[message["source_id"], message["data_type"]].append((rows[number], embedded_record(message)))
    reasons.update({row.place: row.reasons for number, row in enumerate(rows) if number not in readable})
    for (source_id, data_type), pairs in found.items():
        group = [row for row, _ in pairs]
        yield RedriveGroup(source_id, DataType(data_type), Form.TYPED, group, [record for _, record in pairs])
