"""Which rejected rows can be driven again, and what hinders it."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from shared.ingestion.stream.envelopes import Body, read
from shared.ingestion.stream.payloads import Unpacked
from shared.ingestion.stream.producer import record_in
from shared.ledger.entry import UNKNOWN_TYPE, Entry
from shared.records.schema import DataType
from shared.records.validation import Form

if TYPE_CHECKING:
    from shared.lake.quarantine.rejected_rows import RejectedRow
    from shared.quarantine.index import Kept

Reasons = dict[int, list[dict[str, Any]]]


class Obstructed(Exception):
    """Rows of a delivery cannot be redriven now; `passes` is true if a later attempt may succeed."""

    def __init__(self, why: str, *, passes: bool) -> None:
        super().__init__(why)
        self.passes = passes


@dataclass(frozen=True)
class Group:
    """Rows of one source, type and encoding, with their parsed records."""

    source_id: str
    data_type: DataType
    form: Form
    rows: Sequence["RejectedRow"]
    records: Sequence[Any]


def drivable(entry: Entry | None) -> Entry:
    """Return the ledger entry of a delivery whose rows can be redriven.

    Raises:
        Obstructed: the rows cannot be redriven now.
    """
    if entry is None:
        raise Obstructed("the delivery is not in the ledger", passes=False)
    if entry.refused and entry.batch_id:
        raise Obstructed("the file was rejected as a whole; resume its batch", passes=False)
    if not entry.written:
        raise Obstructed("the delivery is still being loaded", passes=True)
    if entry.redriving:
        raise Obstructed("another redrive of this delivery is in progress", passes=True)
    if entry.cancelled:
        raise Obstructed("the batch was cancelled; resume it", passes=False)
    return entry


def groups_of(kept: "Kept", rows: Sequence["RejectedRow"], reasons: Reasons) -> Iterator[Group]:
    """Rows as they can be judged; those that are no rows keep the reasons that they have."""
    if kept.data_type == UNKNOWN_TYPE:
        yield from _attributed(rows, reasons)
        return
    told = [row for row in rows if row.form]
    reasons.update({row.place: row.reasons for row in rows if not row.form})
    for form in Form:
        found = [row for row in told if row.form == form]
        if found:
            records = [orjson.loads(row.raw) for row in found]
            yield Group(kept.source_id, DataType(kept.data_type), form, found, records)


def _attributed(rows: Sequence["RejectedRow"], reasons: Reasons) -> Iterator[Group]:
    """Records of the stream that nobody could read, as far as they can be read by now: one by one, as they came."""
    part = read(Unpacked([row.raw.encode() for row in rows], range(len(rows))))
    found: defaultdict[tuple[str, str], list[tuple[RejectedRow, Any]]] = defaultdict(list)
    readable = set()
    for _, number, message in part.messages:
        if not isinstance(message, Body):  # of one record that was received it would make many
            readable.add(number)
            found[message["source_id"], message["data_type"]].append((rows[number], record_in(message)))
    reasons.update({row.place: row.reasons for number, row in enumerate(rows) if number not in readable})
    for (source_id, data_type), pairs in found.items():
        told = [row for row, _ in pairs]
        yield Group(source_id, DataType(data_type), Form.TYPED, told, [record for _, record in pairs])
