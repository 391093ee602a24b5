"""A few of the rows that fail a check, so masked that they show what is wrong and not whose record it is."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from shared.lake.quality.checks import Verdict, failing
from shared.quality.checks import Dimension, Standard
from shared.quality.masking import shape, shown
from shared.quality.state import MOST_SAMPLES
from shared.records.schema import RecordSchema
from shared.records.validation import RowError

REPEATED = "repeated_key"


@dataclass(frozen=True)
class Rows:
    """The valid rows of a delivery, how often each key comes, and the verdicts."""

    schema: RecordSchema
    standard: Standard
    table: pa.Table
    keys: pa.Table
    verdicts: Mapping[str, Verdict]

    def samples(self, name: str) -> list[str]:
        """The first rows that fail a check: their keys, and what the check compared."""
        fields = [*self.schema.key, *self._compared(name)]
        rows = self._failing(name).select(list(dict.fromkeys(fields))).to_pylist()
        return [self._drawn(row) for row in rows]

    def _failing(self, name: str) -> pa.Table:
        dimension, _, inner = name.partition(".")
        if dimension == Dimension.UNIQUENESS:
            return self.keys.filter(pc.greater(self.keys["count_all"], 1)).slice(0, MOST_SAMPLES)
        if dimension == Dimension.COMPLETENESS:
            return failing(self.table, pc.is_valid(self.table[inner]), MOST_SAMPLES)
        return failing(self.table, self.verdicts[name], MOST_SAMPLES)

    def _compared(self, name: str) -> Iterator[str]:
        dimension, _, inner = name.partition(".")
        if dimension == Dimension.TIMELINESS and self.standard.dated_by:
            yield self.standard.dated_by
        for each in (*self.standard.consistency, *self.standard.accuracy):
            if each.name == inner:
                yield from (text for value in vars(each).values() for text in _texts(value) if self._knows(text))

    def _knows(self, name: str) -> bool:
        return name in self.schema.by_name

    def _drawn(self, row: Mapping[str, Any]) -> str:
        return ", ".join(f"{name}={shown(self.schema.by_name[name], value)}" for name, value in row.items())


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        yield from (each for each in value if isinstance(each, str))


def kind_of(error: RowError) -> str:
    """The name under which invalid rows are counted."""
    return f"{Dimension.VALIDITY}.{_field(error)}:{error.code}"


def _field(error: RowError) -> str:
    """Which field of the schema is wrong: what lies inside a map is named by the client."""
    return error.field.split("/")[1] if error.field else "record"


def samples_of_errors(errors: Sequence[RowError]) -> Mapping[str, list[str]]:
    """The first invalid rows of each kind: their places, and the shape of what was rejected."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for error in errors:
        samples = found[kind_of(error)]
        if len(samples) < MOST_SAMPLES:
            samples.append(f"row {error.row}: {_field(error)}={shape(error.rejected_value)}")
    return found
