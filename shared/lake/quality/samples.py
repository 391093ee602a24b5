"""Samples of rows that fail a check, masked so that they show the error but not whose record it is."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from shared.lake.quality.checks import Mask, failing
from shared.quality.checks import CheckSuite, QualityDimension
from shared.quality.masks import mask, mask_if_personal
from shared.quality.state import MOST_SAMPLES
from shared.records.schema import RecordSchema
from shared.records.validation import RowError

REPEATED = "repeated_key"


@dataclass(frozen=True)
class CheckedRows:
    """The valid rows of a delivery, the number of rows per key, and the masks of the checks."""

    schema: RecordSchema
    standard: CheckSuite
    table: pa.Table
    keys: pa.Table
    masks: Mapping[str, Mask]

    def samples(self, name: str) -> list[str]:
        """Return the first rows that fail a check: their keys, and the compared fields."""
        fields = [*self.schema.key, *self._compared_fields(name)]
        rows = self._failing(name).select(list(dict.fromkeys(fields))).to_pylist()
        return [self._masked_row(row) for row in rows]

    def _failing(self, name: str) -> pa.Table:
        dimension, _, inner = name.partition(".")
        if dimension == QualityDimension.UNIQUENESS:
            return self.keys.filter(pc.greater(self.keys["count_all"], 1)).slice(0, MOST_SAMPLES)
        if dimension == QualityDimension.COMPLETENESS:
            return failing(self.table, pc.is_valid(self.table[inner]), MOST_SAMPLES)
        return failing(self.table, self.masks[name], MOST_SAMPLES)

    def _compared_fields(self, name: str) -> Iterator[str]:
        dimension, _, inner = name.partition(".")
        if dimension == QualityDimension.TIMELINESS and self.standard.dated_by:
            yield self.standard.dated_by
        for each in (*self.standard.consistency, *self.standard.accuracy):
            if each.name == inner:
                yield from (text for value in vars(each).values() for text in _texts(value) if self._knows(text))

    def _knows(self, name: str) -> bool:
        return name in self.schema.by_name

    def _masked_row(self, row: Mapping[str, Any]) -> str:
        return ", ".join(f"{name}={mask_if_personal(self.schema.by_name[name], value)}" for name, value in row.items())


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        yield from (each for each in value if isinstance(each, str))


def kind_of(error: RowError) -> str:
    """Return the name under which invalid rows are counted."""
    return f"{QualityDimension.VALIDITY}.{_field(error)}:{error.code}"


def _field(error: RowError) -> str:
    """Return the field of the schema; names inside a map are the client's."""
    return error.field.split("/")[1] if error.field else "record"


def samples_of_errors(errors: Sequence[RowError]) -> Mapping[str, list[str]]:
    """Return the first invalid rows of each kind: their positions, and the masked value."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for error in errors:
        samples = found[kind_of(error)]
        if len(samples) < MOST_SAMPLES:
            samples.append(f"row {error.row}: {_field(error)}={mask(error.rejected_value)}")
    return found
