"""A failing Athena behind ordinary clients: states of queries, and calls without a response."""

import itertools
import json
import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from botocore.awsrequest import AWSResponse

from infra.local.athena.statement import check_syntax

if TYPE_CHECKING:
    from botocore.hooks import BaseEventHooks


@dataclass
class BadAthena:
    """Replaces Athena while active; every query ends in the same way, or never."""

    outcome: dict[str, Any] = field(default_factory=lambda: {"State": "SUCCEEDED"})
    rows: list[list[str]] = field(default_factory=lambda: [["n"]])
    """Of the result, the header first."""
    calls: Counter[str] = field(default_factory=Counter)
    asked: list[dict[str, Any]] = field(default_factory=list)
    """Every request to start a query, in order."""
    running: set[str] = field(default_factory=set)
    most_at_once: int = 0
    before: dict[str, Callable[[], object]] = field(default_factory=dict)
    """Called inside a call of an operation, before its response."""
    _errors: dict[str, list[Exception]] = field(default_factory=lambda: defaultdict(list))
    _acts: bool = False
    _ids: Iterator[int] = field(default_factory=itertools.count)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def started(self) -> int:
        """Number of queries started."""
        return self.calls["StartQueryExecution"]

    def listen(self, events: "BaseEventHooks") -> None:
        """Intercept the calls of clients that are made from these hooks."""
        events.register("before-call.athena", self._answer)  # type: ignore[arg-type] # a hook may answer

    def fails(self, operation: str, *errors: Exception) -> None:
        """Let the next calls of an operation end in these errors."""
        self._errors[operation].extend(errors)

    @contextmanager
    def in_charge(self) -> Iterator["BadAthena"]:
        """Answer for Athena."""
        fresh = BadAthena()
        self.__dict__.update({name: value for name, value in vars(fresh).items() if name != "_lock"})
        self._acts = True
        try:
            yield self
        finally:
            self._acts = False

    def _answer(self, model: Any, params: Mapping[str, Any], **_: Any) -> tuple[AWSResponse, dict[str, Any]] | None:
        if not self._acts:
            return None
        self.calls[model.name] += 1
        self.before.get(model.name, lambda: None)()
        if self._errors[model.name]:
            raise self._errors[model.name].pop(0)
        with self._lock:
            told = getattr(self, f"_{model.name}")(json.loads(params["body"]))
        return AWSResponse("https://athena.example", 200, {}, None), told  # type: ignore[arg-type] # nobody reads it

    def _StartQueryExecution(self, asked: Any) -> dict[str, Any]:  # noqa: N802 # AWS's name
        check_syntax(asked["QueryString"])
        self.asked.append(asked)
        identity = f"query-{next(self._ids)}"
        self.running.add(identity)
        self.most_at_once = max(self.most_at_once, len(self.running))
        return {"QueryExecutionId": identity}

    def _GetQueryExecution(self, asked: Any) -> dict[str, Any]:  # noqa: N802 # as above
        if self.outcome["State"] != "RUNNING":
            self.running.discard(asked["QueryExecutionId"])
        return {"QueryExecution": {"QueryExecutionId": asked["QueryExecutionId"], "Status": self.outcome}}

    def _StopQueryExecution(self, asked: Any) -> dict[str, Any]:  # noqa: N802 # as above
        self.running.discard(asked["QueryExecutionId"])
        return {}

    def _GetQueryResults(self, asked: Any) -> dict[str, Any]:  # noqa: N802 # as above
        assert asked.keys() == {"QueryExecutionId"}
        header = [{"Name": name, "Type": "varchar"} for name in self.rows[0]]
        rows = [{"Data": [{"VarCharValue": text} for text in row]} for row in self.rows]
        return {"ResultSet": {"Rows": rows, "ResultSetMetadata": {"ColumnInfo": header}}}
