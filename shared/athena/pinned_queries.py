"""Answers queries from tables at pinned snapshots, and caches them as long as what they depend on is unchanged."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from shared.athena.result_cache import cache_key
from shared.athena.snapshots import expired_snapshot
from shared.athena.sql import Statement, pinned
from shared.lake.catalog.rollup_tables import definition_of
from shared.lake.catalog.state import TableState
from shared.lake.table.port import SnapshotExpired
from shared.runtime.errors import TallyError, Unavailable
from shared.runtime.observability import count, logger

if TYPE_CHECKING:
    from pydantic import TypeAdapter

    from shared.athena.result_cache import ResultCache
    from shared.lake.catalog.states import TableStates

T = TypeVar("T")
Run = Callable[[Statement], list[dict[str, Any]]]
"""Runs a statement and returns its rows, as `Athena.run`."""


class Dependency(NamedTuple):
    """A base, reference or history table that an answer depends on, and its UTC days (`yyyy-MM-dd`, both included)."""

    table: str
    first_day: str = "0001-01-01"
    last_day: str = "9999-12-31"


@dataclass(frozen=True)
class LakeView:
    """Tables at one moment: their states, and the snapshots that the caller chose instead of the current ones.

    Without states, because they could not be read, tables are read as they are at the time of the query.
    """

    states: Mapping[str, TableState] | None = field(default_factory=dict)
    chosen: Mapping[str, int] = field(default_factory=dict)

    @property
    def uses_rollups(self) -> bool:
        """Whether roll-ups may be read: not at chosen snapshots, and not if it is unknown which days they include."""
        return self.states is not None and not self.chosen

    @cached_property
    def snapshots(self) -> Mapping[str, int]:
        """The snapshot at which each table is read, derived tables included."""
        current = {name: each for state in (self.states or {}).values() for name, each in state.snapshots.items()}
        return {**current, **self.chosen}

    def first_day(self, table: str) -> str | None:
        """Return the first day with data of a table; None if it has none or its state is unknown."""
        return self.states[table].first_day if self.states else None

    def dirty_days(self, table: str, rollup: str) -> Mapping[str, int]:
        """Return the days of a base table that one of its roll-ups does not include yet; all, if it has no snapshot.

        Each has the UTC hour from which on it may differ from the roll-up.
        """
        if not self.states:
            return {}
        state = self.states[table]
        return state.dirty_hours if rollup in state.derived else dict.fromkeys(sorted(state.days), 0)

    def is_reconciled(self, depends_on: Sequence[Dependency]) -> bool:
        """Whether no record of these days can turn out to repeat one beyond the identity horizon.

        That is not known of chosen snapshots, which count as they were published.
        """
        return self.chosen != {} or all(
            (state := (self.states or {}).get(each.table)) is None or state.is_reconciled(each.first_day, each.last_day)
            for each in depends_on
        )

    @property
    def cost_days(self) -> Sequence[str]:
        """The days within which the cost of a product changed."""
        return [day for state in (self.states or {}).values() for day in state.cost_days]

    def last_change(self, depends_on: Dependency) -> int:
        """Return the number of the last commit that changed a month of a dependency.

        History tables have no state of their own; their snapshot is returned.
        """
        state = (self.states or {}).get(depends_on.table)
        if state is None:
            return self.snapshots.get(depends_on.table, 0)
        return state.last_change(depends_on.first_day, depends_on.last_day)


@dataclass(frozen=True)
class PinnedResult(Generic[T]):
    """A result, and the snapshots of the tables that it depends on."""

    result: T
    snapshots: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class LakeQuery(Generic[T]):
    """A query and what its result depends on.

    Attributes:
        statement: what Athena runs, once it is pinned.
        identity: the same query with all days in the roll-ups; equal for all statements with the same result.
        depends_on: the base, reference and history tables of the result, also where it is read from roll-ups.
        form: how the result is cached.
        parse: makes the result of the rows.
        apart: what tells results apart whose queries have one identity.
    """

    statement: Statement
    identity: Statement
    depends_on: Sequence[Dependency]
    form: "TypeAdapter[PinnedResult[T]]"
    parse: Callable[[list[dict[str, Any]]], T]
    apart: tuple[str, ...] = ()


class PinnedQueries:
    """Runs queries at pinned snapshots."""

    def __init__(self, run: Run, cache: "ResultCache", states: "TableStates") -> None:
        self._run = run
        self._cache = cache
        self._states = states

    def at_one_moment(self) -> "PinnedQueries":
        """Return the same queries, all at the snapshots that are current when a table is first asked for."""
        return PinnedQueries(self._run, self._cache, self._states.at_one_moment())

    def view(self, tables: Sequence[str], chosen: Mapping[str, int] | None = None) -> LakeView:
        """Return base and reference tables as they are now, or at chosen snapshots; without states if unreachable."""
        try:
            return LakeView(self._states.get_many(tables), chosen or {})
        except (BotoCoreError, ClientError, Unavailable) as error:
            logger().warning("table states unavailable; tables are read without snapshots", exc_info=error)
            count("TableStatesUnreachable")
            return LakeView(None, chosen or {})

    def answer(
        self, query: LakeQuery[T], view: LakeView, *, beside: Sequence[object] | None = None
    ) -> tuple[PinnedResult[T], bool]:
        """Return the result of a query, and whether it was cached; see `ResultCache.get_or_compute`.

        A cached result is that of the view's snapshots too, and names those: the ones at which it was computed may
        have expired, and then nobody could ask again at them.

        Raises:
            ExpiredSnapshot: a chosen snapshot is not kept.
            Unavailable: the query cannot be run at present.
            InternalError: the query failed.
        """
        try:
            told, hit = self._cache.get_or_compute(
                _key(query, view), query.form, lambda: self._compute(query, view), beside
            )
        except SnapshotExpired as error:
            raise _explain(error, view) from error
        return PinnedResult(told.result, _named(query, view)), hit

    def _compute(self, query: LakeQuery[T], view: LakeView) -> PinnedResult[T]:
        result = query.parse(self._run(pinned(query.statement, view.snapshots)))
        return PinnedResult(result, _named(query, view))


def _named(query: LakeQuery[Any], view: LakeView) -> Mapping[str, int]:
    """Return the snapshots of the tables that a result depends on."""
    tables = [each.table for each in query.depends_on]
    return {name: view.snapshots[name] for name in tables if name in view.snapshots}


def _key(query: LakeQuery[Any], view: LakeView) -> str | None:
    """Return what the result is cached by; None if it depends on tables whose state is unknown.

    Commits to other months and the progress of roll-ups change neither the result nor its key; another definition of
    roll-ups changes both. At chosen snapshots the result never changes.
    """
    if view.states is None:
        return None
    if view.chosen:
        return cache_key(pinned(query.statement, view.snapshots), query.apart)
    changes = [view.last_change(each) for each in query.depends_on]
    definitions = [definition_of(each.table) for each in query.depends_on]
    return cache_key(query.identity, [*changes, *definitions, *query.apart])


def _explain(error: SnapshotExpired, view: LakeView) -> TallyError:
    if view.chosen:
        return expired_snapshot(view.chosen, view.states or {}, str(error))
    return Unavailable("The tables changed during the query; retry later", retry_after=1)
