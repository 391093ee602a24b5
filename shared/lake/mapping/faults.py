"""Collects what is wrong with the rows of a delivery while its columns are mapped."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pyarrow as pa

from shared.lake.mapping.computed import Computed
from shared.records.validation import RowError


@dataclass(frozen=True)
class Faults:
    """The errors of rows, in the order in which they were found."""

    errors: list[RowError] = field(default_factory=list)

    def add(self, name: str, code: str, reasons: Mapping[int, str], rejected: pa.Array | None = None) -> None:
        """Add an error of a field to rows, with the values that were rejected."""
        pointer = "/" + name.replace("~", "~0").replace("/", "~1") if name else ""
        self.errors.extend(
            RowError(row, pointer, code, reason, None if rejected is None else rejected[row].as_py())
            for row, reason in reasons.items()
        )

    def add_all(self, name: str, code: str, rows: Iterable[int], reason: str) -> None:
        """Add one error of a field to several rows."""
        self.add(name, code, dict.fromkeys(rows, reason))

    def values_of(self, name: str, code: str, computed: Computed, source: pa.Array | None = None) -> pa.Array:
        """Return computed values, after adding the reasons of the rows that have none."""
        self.add(name, code, computed.faults, source)
        return computed.values
