"""Several runs over one lake and its tables at once, in an order that a test draws: races and deaths without chance."""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from shared.lake.catalog.table import LakeTable
from shared.lake.storage.object_store import ObjectName, StoredObject
from shared.lake.table.port import TableChange, TableSnapshot
from tests.fakes.fault_injection import Crash
from tests.fakes.memory_lake import MemoryLake
from tests.fakes.memory_tables import MemoryTables

_LONGEST = 20
Choose = Callable[[int], int]


@dataclass
class _Actor:
    """One run: the thread it is in, whether it waits for its turn, and whether it shall die at its next call."""

    thread: threading.Thread
    waits: bool = False
    ended: bool = False
    dies: bool = False
    failure: BaseException | None = None
    turn: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))


class InterleavedRuns:
    """Interleaves runs, one call at a time."""

    def __init__(self) -> None:
        self._actors: dict[int, _Actor] = {}
        self._changed = threading.Condition()

    def play(self, runs: Sequence[Callable[[], object]], choose: Choose, deaths: Sequence[int] = ()) -> None:
        """Run until all have ended, one call of one of them after the other.

        Args:
            runs: the runs; their exceptions are raised here, except for simulated crashes.
            choose: chooses the next of the waiting runs.
            deaths: numbers of the calls, counted over all runs, at which the current run crashes.
        """
        actors = [_Actor(threading.Thread()) for _ in runs]
        for actor, run in zip(actors, runs, strict=True):
            actor.thread = threading.Thread(target=self._perform, args=(actor, run), daemon=True)
            actor.thread.start()
        number = 0
        while waiting := self._parked(actors):
            chosen = waiting[choose(len(waiting))]
            with self._changed:
                chosen.dies, chosen.waits = number in deaths, False
            chosen.turn.release()
            number += 1
        for actor in actors:
            actor.thread.join(_LONGEST)
            if actor.failure is not None:
                raise actor.failure

    def call(self) -> None:
        """Wait for one's turn to call; threads that are no run's own do not."""
        actor = self._actors.get(threading.get_ident())
        if actor is None:
            return
        with self._changed:
            actor.waits = True
            self._changed.notify_all()
        assert actor.turn.acquire(timeout=_LONGEST)
        if actor.dies:
            raise Crash("between two calls")

    def _perform(self, actor: _Actor, run: Callable[[], object]) -> None:
        self._actors[threading.get_ident()] = actor
        try:
            run()
        except Crash:
            pass
        except BaseException as failure:  # noqa: BLE001 # raised again where the test waits
            actor.failure = failure
        finally:
            del self._actors[threading.get_ident()]
            with self._changed:
                actor.ended = True
                self._changed.notify_all()

    def _parked(self, actors: Sequence[_Actor]) -> list[_Actor]:
        """Those that wait for their turn, once every run does or has ended."""
        with self._changed:
            assert self._changed.wait_for(lambda: all(each.waits or each.ended for each in actors), _LONGEST)
            return [each for each in actors if each.waits and not each.ended]


@dataclass(frozen=True)
class Staged:
    """A function, or an object with some methods, whose calls by a run wait for their turn on a stage."""

    stage: InterleavedRuns
    inner: Any
    methods: tuple[str, ...] = ()

    def __getattr__(self, name: str) -> Any:
        """Return a staged method, or another attribute as it is."""
        found = getattr(self.inner, name)
        return Staged(self.stage, found) if name in self.methods else found

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call at one's turn."""
        self.stage.call()
        return self.inner(*args, **kwargs)


class StagedLake(MemoryLake):
    """A lake in memory, each of whose calls waits for its turn on a stage."""

    def __init__(self, stage: InterleavedRuns) -> None:
        super().__init__()
        self._stage = stage

    def get(self, key: str) -> StoredObject | None:
        """Read an object."""
        self._stage.call()
        return super().get(key)

    def put(self, key: str, body: bytes) -> None:
        """Write an object."""
        self._stage.call()
        super().put(key, body)

    def replace(self, key: str, body: bytes, *, expected: StoredObject | None) -> StoredObject:
        """Write an object if it is unchanged since it was read, at its turn."""
        self._stage.call()
        return super().replace(key, body, expected=expected)

    def put_all(self, objects: Iterable[tuple[str, bytes]]) -> None:
        """Write several objects, one after the other."""
        for key, body in objects:
            self.put(key, body)

    def names(self, prefix: str) -> Iterator[ObjectName]:
        """Name the objects below a prefix, as of one moment."""
        self._stage.call()
        yield from list(super().names(prefix))

    def delete(self, objects: Iterable[StoredObject | ObjectName]) -> None:
        """Delete the objects that are unchanged since they were read, one after the other."""
        for each in objects:
            self._stage.call()
            super().delete([each])


class StagedTables(MemoryTables):
    """Tables in memory, each of whose calls by a run waits for its turn on a stage."""

    def __init__(self, stage: InterleavedRuns) -> None:
        super().__init__()
        self._stage = stage

    def head(self, table: LakeTable) -> TableSnapshot:
        """Return the current snapshot."""
        self._stage.call()
        return super().head(table)

    def rows_at(
        self, table: LakeTable, snapshot: TableSnapshot, columns: Sequence[str], positions: Mapping[str, pa.Array]
    ) -> pa.Table:
        """Read the rows at positions that are not deleted."""
        self._stage.call()
        return super().rows_at(table, snapshot, columns, positions)

    def commit(self, table: LakeTable, parent: TableSnapshot, change: TableChange) -> TableSnapshot:
        """Replace a snapshot by its successor; a run may die before it or after it."""
        self._stage.call()
        made = super().commit(table, parent, change)
        self._stage.call()
        return made
