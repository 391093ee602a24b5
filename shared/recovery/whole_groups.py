"""Redrives rows with all rows of their group: an order without one of its lines would be allocated wrong."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from shared.lake.mapping.groups import INCOMPLETE
from shared.lake.quarantine.row_groups import column_of
from shared.ledger.entry import UNKNOWN_TYPE, DeliveryKind
from shared.recovery.redrivable import Reasons, RedriveGroup

if TYPE_CHECKING:
    from shared.lake.quarantine.rejected_rows import RejectedRow
    from shared.ledger.entry import LedgerEntry

CODE = "group_unknown"
"""Error code of a row whose group may not be complete."""

_CUT = {
    "field": "",
    "code": CODE,
    "message": f"{INCOMPLETE}; send all rows again",
    "rejected_value": None,
}
_UNKNOWN = {
    "field": "",
    "code": CODE,
    "message": "was received when the mapping had no groups, or others, so the rest of its group is not known; "
    "send all rows again",
    "rejected_value": None,
}


def with_whole_groups(rows: Sequence["RejectedRow"], quarantined: Sequence["RejectedRow"]) -> list["RejectedRow"]:
    """Return rows as they are given, and those that were received in one group with them, in order."""
    names = {row.group for row in rows if row.group}
    given = {row.place: row for row in rows}
    return [given.get(row.place, row) for row in quarantined if row.place in given or row.group in names]


def alone(entry: "LedgerEntry", place: int) -> int | str:
    """Return what a row without a group was received in: its own record of the stream, or the whole delivery."""
    return place if entry.kind is DeliveryKind.STREAM else ""


def _is_cut(row: "RejectedRow") -> bool:
    """Return whether a row was received next to a record that cannot be read, which no redrive brings back."""
    return any(reason["message"] == INCOMPLETE for reason in row.reasons)


def without_unknown_groups(
    group: RedriveGroup, column: str | None, entry: "LedgerEntry", reasons: Reasons
) -> RedriveGroup:
    """Return the rows whose groups are complete; the others keep an error in `reasons`.

    Rows are rejected by whole groups, so those of a group by this column are all in quarantine. If there was no group
    then, groups are complete only if all rows of a batch are here. A stream record that could not be read on receipt
    has the whole of its groups.

    Args:
        group: the rows to redrive.
        column: the column that tells groups apart by the current mapping; None if there are no groups.
        entry: the ledger entry of the delivery.
        reasons: errors by position.
    """
    is_batch = entry.kind is DeliveryKind.BATCH and not entry.batch_id and len(group.rows) == entry.delivered
    if column is None or is_batch or entry.data_type == UNKNOWN_TYPE:
        return group
    unknown = {row.place: [_UNKNOWN] for row in group.rows if column_of(row.group) != column}
    if entry.kind is DeliveryKind.BATCH:
        unknown |= {row.place: [_CUT] for row in group.rows if _is_cut(row)}
    reasons.update(unknown)
    known = [number for number, row in enumerate(group.rows) if row.place not in unknown]
    rows, records = [group.rows[each] for each in known], [group.records[each] for each in known]
    return replace(group, rows=rows, records=records)
