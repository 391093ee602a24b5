"""What the roll-ups of a data type need beside its own rows: the catalogue for sales, labels for decisions."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import pyarrow as pa

from shared.lake.rollups.label_publication import LabelPublication
from shared.lake.rollups.sale_categories import SaleCategories
from shared.records.schema import DataType

if TYPE_CHECKING:
    from shared.lake.catalog.state import TableState
    from shared.lake.catalog.states import TableStates
    from shared.lake.table.port import TableStore


class Companion(Protocol):
    """Rows of another data type that are published with the base, so that roll-ups and base rows agree on them."""

    def refresh(self) -> None:
        """Publish what the other data type says now, with the days that it changes."""

    def joined(self, state: "TableState", days: Sequence[str]) -> Callable[[pa.Table], pa.Table]:
        """Return what adds to base rows of days what was published with a state."""


@dataclass(frozen=True)
class _None:
    tables: "TableStore"
    states: "TableStates"

    def refresh(self) -> None:
        """Publish nothing."""

    def joined(self, _: "TableState", __: Sequence[str]) -> Callable[[pa.Table], pa.Table]:
        """Return what leaves rows as they are."""
        return lambda rows: rows


_COMPANIONS: Mapping[DataType, "Callable[[TableStore, TableStates], Companion]"] = {
    DataType.TRANSACTIONS: SaleCategories,
    DataType.DECISIONS: LabelPublication,
}


def companion_of(data_type: DataType, tables: "TableStore", states: "TableStates") -> Companion:
    """Return the companion of a data type; one that adds nothing if it needs none."""
    return _COMPANIONS.get(data_type, _None)(tables, states)
