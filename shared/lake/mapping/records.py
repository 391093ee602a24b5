"""Mapped records: the fields of the data model as columns of text, with the errors of rows and their groups."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import pyarrow as pa

from shared.lake.mapping.groups import Groups
from shared.lake.mapping.source_columns import Untouched
from shared.records.schema import RecordSchema
from shared.records.validation import RowError


@dataclass(frozen=True)
class MappedRecords:
    """Records of the data model, made of received rows; a row may make several.

    `sources` is the received row of each record. `nested` has lists and objects by field and record. `malformed` are
    the received rows that are not objects, which validation rejects. `errors` are about received rows; the records of
    such a row lack the fields concerned.
    """

    columns: Mapping[str, pa.StringArray]
    sources: pa.Int64Array
    untouched: Untouched
    nested: Mapping[str, Mapping[int, Any]] = field(default_factory=dict)
    malformed: Sequence[int] = ()
    errors: Sequence[RowError] = ()
    groups: Groups | None = None

    def __len__(self) -> int:
        return len(self.sources)

    @cached_property
    def rows(self) -> list[int]:
        """The received row of each record."""
        found: list[int] = self.sources.to_pylist()
        return found

    @property
    def unfit(self) -> set[int]:
        """The records that columns cannot represent."""
        return {*self.malformed, *(record for values in self.nested.values() for record in values)}

    def fields(self, schema: RecordSchema) -> dict[str, pa.StringArray]:
        """Return a column for each field of a schema."""
        absent = pa.nulls(len(self), pa.string())
        return {name: self.columns.get(name, absent) for name in schema.by_name}

    def attributes(self) -> pa.StringArray:
        """Return the fields that the mapping does not read, as JSON text."""
        found = self.untouched.to_json()
        return found if len(found) == len(self) else found.take(self.sources)

    def take(self, records: Sequence[int]) -> list[Any]:
        """Return these records, one by one, with all their fields."""
        chosen = pa.array(records, pa.int64())
        columns = {name: values.take(chosen).to_pylist() for name, values in self.columns.items()}
        found = self.untouched.take(self.sources.take(chosen).to_pylist())
        for number, record in enumerate(records):
            if isinstance(found[number], dict):
                known = {name: values[number] for name, values in columns.items() if values[number] is not None}
                nested = {name: values[record] for name, values in self.nested.items() if record in values}
                found[number] |= known | nested
        return found

    def with_errors(self, errors: Sequence[RowError]) -> "MappedRecords":
        """Return these records with further errors."""
        return replace(self, errors=[*self.errors, *errors])
