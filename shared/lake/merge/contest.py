"""Resolves the keys that occur more than once among delivered and held rows, one by one."""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from shared.lake.merge.fingerprints import CONTENT, KEY, KEY2, ORIGIN
from shared.lake.merge.record_version import BASE, Outcome, RecordVersion, resolve
from shared.records.schema import INGESTED_AT, SOURCE_ID, RecordSchema

ROW = "_row"
"""The column with the number of an arrived row among all that arrived."""


class Contest:
    """The contested rows, and what becomes of them.

    Arrived rows are named by their numbers, held rows by their positions in the table of held rows. `beaten` rows are
    to be deleted, each because of the row in `beaten_by`. `superseded` are arrived rows that are not current, and
    `shared` those whose key another source uses with other content. `replaced` has held rows that an arrived row with
    other content replaced, with that row.
    """

    def __init__(self, schema: RecordSchema, arrived: pa.Table, held: pa.Table) -> None:
        self._versions = [*_versions(schema, held), *_versions(schema, arrived)]
        self._held = len(held)
        self._rows = arrived[ROW].to_pylist()
        self._keys = [key for table in (held, arrived) for key in zip(*_keys(table), strict=True)]
        self.outcomes: dict[int, Outcome] = {}
        self.winners: list[int] = []
        self.beaten: list[int] = []
        self.beaten_by: list[int] = []
        self.superseded: list[int] = []
        self.shared: list[int] = []
        self.replaced: list[tuple[int, int]] = []

    def run(self) -> None:
        """Resolve every key."""
        by_key: dict[tuple[int, int], list[int]] = {}
        for place, key in enumerate(self._keys):
            by_key.setdefault(key, []).append(place)
        for places in by_key.values():
            incoming = [place for place in places if place >= self._held]
            if incoming:
                self._resolve([place for place in places if place < self._held], incoming)

    def _resolve(self, held: Sequence[int], incoming: Sequence[int]) -> None:
        """Resolve one key. The table has at most one row of it, unless something else than this code wrote to it."""
        base = max(held, key=lambda place: self._versions[place].rank, default=None)
        found = resolve(None if base is None else self._versions[base], [self._versions[place] for place in incoming])
        rows = [self._rows[place - self._held] for place in incoming]
        self.outcomes.update(zip(rows, found.outcomes, strict=True))
        self.superseded += [rows[number] for number in sorted(found.superseded - {BASE})]
        self.shared += [rows[number] for number in sorted(found.shared)]
        if found.current != BASE:
            self.winners.append(rows[found.current])
            self.beaten += held
            self.beaten_by += [rows[found.current]] * len(held)
        if base is not None and BASE in found.superseded:
            self.replaced.append((base, rows[found.current]))


def days_of_rows(schema: RecordSchema, rows: pa.Table) -> pa.ChunkedArray:
    """Return the UTC day of each row; day 0 for types without event time."""
    if schema.event_time is None:
        return pa.chunked_array([pa.repeat(pa.scalar(0, pa.int32()), len(rows)).cast(pa.date32())])
    return rows[schema.event_time].cast(pa.date32(), safe=False)


def _keys(table: pa.Table) -> tuple[list[int], list[int]]:
    return table[KEY].to_pylist(), table[KEY2].to_pylist()


def _versions(schema: RecordSchema, rows: pa.Table) -> list[RecordVersion]:
    # Rows from before their type had a version of its own have none: theirs is the time of receipt.
    version = pc.coalesce(rows[schema.version], rows[INGESTED_AT])
    others = (rows[name].to_pylist() for name in (CONTENT, ORIGIN, INGESTED_AT, SOURCE_ID))
    days = days_of_rows(schema, rows).cast(pa.int32()).to_pylist()
    return [
        RecordVersion(version, (content,), delivery_id, ingested_at, place, day, source_id)
        for place, (version, content, delivery_id, ingested_at, source_id, day) in enumerate(
            zip(version.to_pylist(), *others, days, strict=True)
        )
    ]
