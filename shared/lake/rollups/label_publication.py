"""Brings labels to the roll-ups of decisions, and restates the days of the decisions that they are about.

Labels arrive months after their decisions. Roll-ups are computed with, and queries of decisions read, one published
snapshot of the labels. It is published in the state of the decisions, together with the days whose decisions got
labels since; these are dirty until the roll-up job has computed them. So roll-ups and decisions agree at every moment.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import pyarrow as pa

from shared.lake.catalog.tables import BASE_TABLES
from shared.lake.rollups.decision_labels import LABEL_COLUMNS, with_labels
from shared.lake.rollups.portions import is_of_days, ranges_of
from shared.records.schema import DataType

if TYPE_CHECKING:
    from shared.lake.catalog.state import TableState
    from shared.lake.catalog.states import TableStates
    from shared.lake.table.port import TableStore

_LABELS = BASE_TABLES[DataType.LABELS]


@dataclass(frozen=True)
class LabelPublication:
    """Publishes the labels of decisions."""

    tables: "TableStore"
    states: "TableStates"

    def refresh(self) -> None:
        """Publish the current labels, with the days that they change, unless they are published."""
        labels = self.states.get(DataType.LABELS)
        if labels.snapshot is not None:
            self.states.update(DataType.DECISIONS, partial(_with_labels_of, labels))

    def joined(self, state: "TableState", days: Sequence[str]) -> Callable[[pa.Table], pa.Table]:
        """Return what adds to decisions of days what the labels say that were published with a state."""
        if _LABELS.name not in state.derived:
            return lambda decisions: decisions
        snapshot = self.tables.snapshot(_LABELS, state.derived[_LABELS.name])
        time = str(_LABELS.time_column)
        rows = self.tables.rows(_LABELS, snapshot, list(LABEL_COLUMNS), ranges=ranges_of(_LABELS, days))
        labels = rows.select(list(LABEL_COLUMNS)).filter(is_of_days(rows[time], days))
        return lambda decisions: with_labels(decisions, labels)


def _with_labels_of(labels: "TableState", decisions: "TableState") -> "TableState":
    if labels.snapshot is None or labels.sequence <= decisions.catalogue:
        return decisions
    days = [day for day in decisions.days if labels.days.get(day, 0) > decisions.catalogue]
    return decisions.with_catalogue({str(_LABELS.name): labels.snapshot}, labels.sequence, days)
