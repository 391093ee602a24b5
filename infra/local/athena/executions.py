"""Remembers query executions and their rows on disk, so that a restart forgets nothing and the disk fills up never."""

import os
import threading
from collections import OrderedDict
from collections.abc import Iterable
from concurrent.futures import Future
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

from infra.local.athena.errors import RequestRefused

FINISHED = ("SUCCEEDED", "FAILED", "CANCELLED")
MOVES = {
    "QUEUED": ("RUNNING", "CANCELLED", "FAILED"),
    "RUNNING": FINISHED,
    "SUCCEEDED": (),
    "FAILED": (),
    "CANCELLED": (),
}
Row = list[str | None]


@dataclass
class Execution:
    """Is one query execution from its submission to its end."""

    id: str
    sql: str
    database: str
    work_group: str
    output: str
    token: str
    parameters: tuple[str, ...]
    statement_type: str
    substatement_type: str
    submitted: float
    state: str = "QUEUED"
    reason: str | None = None
    blame: int | None = None
    started: float | None = None
    completed: float | None = None
    bytes_scanned: int = 0
    manifest: str | None = None
    columns: list[dict[str, Any]] = field(default_factory=list)

    def may_become(self, state: str) -> bool:
        """Return whether the state machine allows a move."""
        return state in MOVES[self.state]

    @property
    def identity(self) -> tuple[Any, ...]:
        """Give what must be equal for a repeated request token to mean the same request."""
        return self.sql, self.database, self.work_group, self.parameters


class History:
    """Keeps the newest executions: descriptions as JSON, rows as one JSON list a line."""

    def __init__(self, directory: Path, *, limit: int) -> None:
        self._directory = directory
        self._limit = limit
        self._lock = threading.RLock()
        directory.mkdir(parents=True, exist_ok=True)
        self._known: OrderedDict[str, Execution] = OrderedDict()
        self._ends: dict[str, Future[None]] = {}
        for execution in sorted(map(_load, directory.glob("*.json")), key=lambda known: known.submitted):
            self._known[execution.id] = execution
            if execution.state not in FINISHED:
                self.move(execution, "FAILED", reason="The engine stopped before the query ended", blame=1)

    def add(self, execution: Execution) -> Execution:
        """Record a submission; the same token again gives the execution it started."""
        with self._lock:
            for known in self._known.values():
                if known.token == execution.token:
                    if known.identity != execution.identity:
                        raise RequestRefused("Idempotent parameters do not match")
                    return known
            self._known[execution.id] = execution
            self._ends[execution.id] = Future()
            self._save(execution)
            self._forget()
        return execution

    def get(self, identity: str) -> Execution:
        """Find an execution."""
        with self._lock:
            if identity not in self._known:
                raise RequestRefused(f"QueryExecution {identity} was not found")
            return self._known[identity]

    def work_group_of(self, identity: str) -> str | None:
        """Return the work group of an execution, None if it is unknown."""
        with self._lock:
            return self._known[identity].work_group if identity in self._known else None

    def end(self, identity: str) -> "Future[None] | None":
        """Return the future that completes when an execution ends; None if it is unknown or has ended."""
        with self._lock:
            return self._ends.get(identity)

    def newest(self, work_group: str) -> list[str]:
        """List ids of a work group, newest first."""
        with self._lock:
            return [known.id for known in reversed(self._known.values()) if known.work_group == work_group]

    def move(self, execution: Execution, state: str, **facts: Any) -> bool:
        """Change the state if that is allowed; return False if the execution has ended otherwise."""
        with self._lock:
            if not execution.may_become(state):
                return False
            for name, value in {**facts, "state": state}.items():
                setattr(execution, name, value)
            self._save(execution)
            end = self._ends.pop(execution.id, None) if state in FINISHED else None
        if end is not None:
            end.set_result(None)
        return True

    def write_rows(self, execution: Execution, rows: Iterable[Row]) -> None:
        """Keep the rows of a result for paging."""
        with self._rows(execution.id).open("wb") as file:
            file.writelines(orjson.dumps(row) + b"\n" for row in rows)

    def page(self, execution: Execution, start: int, limit: int) -> tuple[list[Row], int | None]:
        """Read rows from a byte offset; also gives the offset of the next page."""
        path = self._rows(execution.id)
        if not path.exists():
            return [], None
        with path.open("rb") as file:
            file.seek(start)
            rows = [orjson.loads(line) for line in islice(iter(file.readline, b""), limit)]
            end = file.tell()
            return rows, end if file.readline() else None

    def _rows(self, identity: str) -> Path:
        return self._directory / f"{identity}.rows"

    def _save(self, execution: Execution) -> None:
        path = self._directory / f"{execution.id}.json"
        part = path.with_suffix(".part")
        part.write_bytes(orjson.dumps(asdict(execution)))
        os.replace(part, path)  # noqa: PTH105 the atomic rename is the point

    def _forget(self) -> None:
        finished = [known.id for known in self._known.values() if known.state in FINISHED]
        for identity in finished[: max(0, len(self._known) - self._limit)]:
            del self._known[identity]
            self._rows(identity).unlink(missing_ok=True)
            (self._directory / f"{identity}.json").unlink(missing_ok=True)


def _load(path: Path) -> Execution:
    known = orjson.loads(path.read_bytes())
    return Execution(**{**known, "parameters": tuple(known["parameters"])})
