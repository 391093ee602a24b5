"""The rows of one source, type and form in a Kinesis batch, and where a repeated batch may be divided."""

from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from shared.ingestion.nested_records import Records
from shared.records.malformed import MalformedRecord


class _Start(NamedTuple):
    """Where a Kinesis record begins: the rows and malformed records before it, and its arrival time in ms."""

    rows: int
    malformed: int
    arrived: int


@dataclass
class Group:
    """The rows of one source, type and form in a part of a batch.

    Each has a position, an arrival time in ms, and the position of the message that contains it.
    `malformed` are what should have records by the configuration of the source and has none. `starts` has, in order and
    by its number in the batch, where each Kinesis record begins.
    """

    received_ms: int
    rows: list[Any] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    messages: list[int] = field(default_factory=list)
    arrived: list[int] = field(default_factory=list)
    malformed: list[MalformedRecord] = field(default_factory=list)
    starts: dict[int, _Start] = field(default_factory=dict)

    def __len__(self) -> int:
        """Return the number of records, malformed ones included."""
        return len(self.rows) + len(self.malformed)

    def add(self, found: Records, first: int, record: int, arrived: int) -> None:
        """Add the records of a message, whose positions begin at the first one, from this Kinesis record."""
        if record not in self.starts and len(found):
            self.starts[record] = _Start(len(self.rows), len(self.malformed), arrived)
        self.rows += found.rows
        self.places += [first + place for place in found.places]
        self.messages += [first] * len(found.rows)
        self.arrived += [arrived] * len(found.rows)
        self.malformed += [replace(each, place=first + each.place) for each in found.malformed]

    @property
    def first(self) -> int:
        """The number in the batch of the Kinesis record that it begins with."""
        return next(iter(self.starts))

    def divide(self, size: int) -> "tuple[Group, Group] | None":
        """Return the first records and the rest; None unless a Kinesis record begins after so many records."""
        for record, start in self.starts.items():
            if 0 < size == start.rows + start.malformed:
                return self._before(record, start), self._from(record, start)
        return None

    def _before(self, record: int, end: _Start) -> "Group":
        return Group(
            received_ms=self.received_ms,
            rows=self.rows[: end.rows],
            places=self.places[: end.rows],
            messages=self.messages[: end.rows],
            arrived=self.arrived[: end.rows],
            malformed=self.malformed[: end.malformed],
            starts={number: each for number, each in self.starts.items() if number < record},
        )

    def _from(self, record: int, start: _Start) -> "Group":
        return Group(
            received_ms=start.arrived,
            rows=self.rows[start.rows :],
            places=self.places[start.rows :],
            messages=self.messages[start.rows :],
            arrived=self.arrived[start.rows :],
            malformed=self.malformed[start.malformed :],
            starts={
                number: each._replace(rows=each.rows - start.rows, malformed=each.malformed - start.malformed)
                for number, each in self.starts.items()
                if number >= record
            },
        )
