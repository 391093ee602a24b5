"""Converts what a lake has in the former format, one Parquet object for each day, into its tables; once.

The base objects are the progress: each is deleted when its rows are published, and the last ones when nothing else of
the data type is left. So a conversion may be interrupted anywhere, repeated, and run beside merges and other
conversions. The bucket is versioned: deleted objects remain as earlier versions until these expire.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from shared.lake.migration.former_base import MOST_ROWS, read_portions
from shared.lake.migration.former_paths import base_prefix, derived_prefixes, is_move_notice
from shared.lake.rollups.compute import TO_ROLL_UP
from shared.lake.storage.object_store import ObjectName
from shared.lake.storage.paths import incoming_prefix
from shared.lake.table.port import CommitConflict
from shared.runtime.errors import Unavailable
from shared.runtime.retries import retry

if TYPE_CHECKING:
    from shared.lake.catalog.state import TableState
    from shared.lake.catalog.states import TableStates
    from shared.lake.migration.conversion import Conversion, Converted
    from shared.lake.migration.former_base import Portion
    from shared.lake.storage.object_store import LakeStore
    from shared.merging.requests import RollupRequests
    from shared.records.schema import DataType

HasTime = Callable[[], bool]
Progress = Callable[["DataType", int, int], None]
"""Takes a data type, the number of its base objects that are converted, and the number of all."""

_TRIES = 8


def _ignore(data_type: "DataType", done: int, of_all: int) -> None:
    """Report no progress."""


@dataclass(frozen=True, kw_only=True)
class Migration:
    """Converts data types."""

    lake: "LakeStore"
    conversion: "Conversion"
    states: "TableStates"
    rollups: "RollupRequests"
    most_rows: int = MOST_ROWS
    _complete: "set[DataType]" = field(default_factory=set)

    def remaining(self, data_type: "DataType") -> Sequence[ObjectName]:
        """Return the base objects in the former format, in the order of their days."""
        return sorted(self.lake.names(base_prefix(data_type)))

    def run(self, data_type: "DataType", has_time: HasTime, progress: Progress = _ignore) -> bool:
        """Convert a data type while there is time; return whether all is done that can be.

        Damaged objects are logged and stay where they are.

        Raises:
            Unavailable: other processes kept committing to the table.
        """
        while data_type not in self._complete and has_time():
            names = self.remaining(data_type)
            if not names or self._convert(data_type, names, has_time, progress) == 0:
                self._complete.add(data_type)
        return data_type in self._complete

    def _convert(
        self, data_type: "DataType", names: Sequence[ObjectName], has_time: HasTime, progress: Progress
    ) -> int | None:
        """Convert these objects; return how many were, or None if there was no time for all."""
        done, last = 0, list[ObjectName]()
        for portion in read_portions(self.lake, data_type, names, self.most_rows):
            self._publish(data_type, portion)
            self.lake.delete(last)
            last, done = [*portion.objects], done + len(portion.objects)
            progress(data_type, done, len(names))
            if done < len(names) and not has_time():
                self.lake.delete(last)
                return None
        self._finish(data_type)
        self.lake.delete(last)
        return done

    def _publish(self, data_type: "DataType", portion: "Portion") -> None:
        for _ in retry(_TRIES):
            try:
                converted = self.conversion.commit(data_type, portion)
                self.states.update(data_type, partial(_with_rows, converted))
            except CommitConflict:
                continue
            return
        raise Unavailable(f"Other processes are writing {data_type}; convert it again later", retry_after=1)

    def _finish(self, data_type: "DataType") -> None:
        """Request the roll-ups of all converted days, and delete what is not converted but computed again."""
        for dependent in TO_ROLL_UP.get(data_type, ()):
            self.rollups.request(dependent)
        for prefix in derived_prefixes(data_type):
            self.lake.delete(self.lake.names(prefix))
        self.lake.delete(each for each in self.lake.names(incoming_prefix(data_type)) if is_move_notice(each.key))


def _with_rows(converted: "Converted", state: "TableState") -> "TableState":
    """Record a commit, unless a later one is published: the roll-ups of that one may not include these days.

    Raises:
        CommitConflict: a later one is published.
    """
    snapshot = converted.snapshot
    if state.sequence > snapshot.sequence:
        raise CommitConflict(f"a later snapshot of {state.name} is published")
    changed = state.with_commit(snapshot.id or 0, snapshot.sequence, converted.days)
    if converted.history is None:
        return changed
    return changed.with_derived(converted.history.snapshots, snapshot.sequence, converted.history.cost_days)
