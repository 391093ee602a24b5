"""Crashes on demand: the process dies before or after its n-th write to AWS, on the real clients."""

import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from tests.tiers import sized

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from botocore.hooks import BaseEventHooks

WRITES = {
    "PutObject",
    "CreateTable",
    "UpdateTable",
    "DeleteObjects",
    "TransactWriteItems",
    "UpdateItem",
    "PutItem",
    "DeleteItem",
    "BatchWriteItem",
    "PutEvents",
    "SendMessage",
    "SendMessageBatch",
    "Publish",
    "PutRecord",
}


class Crash(BaseException):
    """The process is dead: nothing in it may catch this, and none of its calls reaches AWS any more."""


class CrashPoint(StrEnum):
    """When, around a write, the process dies."""

    BEFORE = "before"
    AFTER = "after"


def steps(writes: "Sequence[str]") -> list[int]:
    """Return at which of these writes to kill what did them.

    The quick tier does so at the last one, and where a kind of write follows another (or its own) for the first time.
    """
    firsts = {follows: step for step, follows in reversed(list(enumerate(zip(["", *writes], writes, strict=False))))}
    return sized(quick=sorted({*firsts.values(), len(writes) - 1}), thorough=list(range(len(writes))))


def deaths(writes: "Sequence[str]") -> list[tuple[int, CrashPoint]]:
    """Return at which write, and on which side of it, to kill what did these writes.

    After a write is before the next one, unless they run in parallel: the thorough tier kills on both sides of each.
    """
    after = sized(quick=[len(writes) - 1], thorough=steps(writes))
    return [*((step, CrashPoint.BEFORE) for step in steps(writes)), *((step, CrashPoint.AFTER) for step in after)]


@dataclass
class FaultInjector:
    """Counts the writes of a run, and kills it before or after one of them."""

    writes: list[str] = field(default_factory=list)
    _fatal: tuple[int, CrashPoint] | None = None
    _dead: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def listen(self, events: "BaseEventHooks") -> None:
        """Watch every call of the clients that are made from these event hooks."""
        events.register("before-call", self._before)
        events.register("after-call", self._after)

    @contextmanager
    def killing(self, step: int, moment: CrashPoint) -> "Iterator[None]":
        """Kill the run inside at this write; afterwards writes succeed again."""
        self.writes.clear()
        self._fatal, self._dead = (step, moment), False
        try:
            yield
        except Crash:
            pass
        finally:
            self._fatal, self._dead = None, False

    def count(self, run: "Callable[[], object]") -> list[str]:
        """Run something and name the writes it does, in order."""
        self.writes.clear()
        run()
        return list(self.writes)

    def _before(self, model: Any, context: dict[str, Any], **_: Any) -> None:
        with self._lock:
            if self._dead:
                raise Crash(model.name)
            if model.name not in WRITES:
                return
            context["step"] = len(self.writes)
            self.writes.append(model.name)
            self._die_at(context["step"], CrashPoint.BEFORE)

    def _after(self, context: dict[str, Any], **_: Any) -> None:
        with self._lock:
            self._die_at(context.get("step"), CrashPoint.AFTER)

    def _die_at(self, step: int | None, moment: CrashPoint) -> None:
        if self._fatal is not None and self._fatal == (step, moment):
            self._dead = True
            raise Crash(f"{moment} write {step}")
