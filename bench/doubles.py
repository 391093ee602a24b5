"""Stores that cost nothing, so that what is measured is the way from an event to Parquet."""

from typing import TYPE_CHECKING

from bench.identities import BenchIdentity
from shared.ingestion.batches.submission import Batches
from shared.ingestion.loader import Loader
from shared.ingestion.validation import Judge
from shared.limits.classes import RateClasses
from shared.runtime.models import now
from shared.runtime.settings import Settings
from tests.fakes.memory_lake import MemoryLake

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from shared.ingestion.restore import BringingBack
    from shared.lake.quarantine.decisions import Decision
    from shared.lake.quarantine.rejected_rows import Rejected
    from shared.ledger.entry import Entry, Kind
    from shared.ledger.store import Change
    from shared.limits.classes import RateClass


class MemoryLedger:
    """A ledger in a dictionary."""

    def __init__(self) -> None:
        self._entries: dict[str, Entry] = {}

    def record(self, origin: str, change: "Change") -> "Entry":
        """Change an entry."""
        self._entries[origin] = change(self._entries.get(origin))
        return self._entries[origin]

    def recent(self, _: "Kind", __: int) -> "list[Entry]":
        """No history."""
        return []


class NoDecisions:
    """An index that no bench asks anything of."""

    def add(self, decisions: "Iterable[Decision]") -> None:
        """Forget them."""

    def wait(self, _: "Collection[str]", __: str) -> None:
        """Wait for nothing."""

    def times(self, _: "Iterable[str]") -> "dict[str, datetime]":
        """Know none."""
        return {}


class NoQuarantine:
    """A quarantine that keeps nothing."""

    def keep(self, _: "Rejected") -> None:
        """Forget it."""


class NoLimits:
    """A limiter that lets everybody through without counting."""

    def admit(self, _: "RateClass", __: str) -> dict[str, str]:
        """Let them through."""
        return {}


def _never() -> "BringingBack":
    raise NotImplementedError("no bench brings anything back")


class BenchWiring:
    """The wiring of the ingest functions over stores in memory."""

    def __init__(self) -> None:
        self.settings, self.clock, self.identity = Settings(), now, BenchIdentity()
        self.rate_classes, self.rate_limiter = RateClasses(), NoLimits()
        self.lake, ledger = MemoryLake(), MemoryLedger()
        self.loader = Loader(
            lake=self.lake,
            ledger=ledger,  # type: ignore[arg-type] # the part of it that loading uses
            quarantine=NoQuarantine(),  # type: ignore[arg-type] # the part of it that loading uses
            decisions=NoDecisions(),  # type: ignore[arg-type] # the part of it that loading uses
            judge=Judge(
                decisions=NoDecisions(),  # type: ignore[arg-type] # the part of it that loading uses
                reporting_currency="USD",
                mapping_of=lambda _, __: None,
            ),
            clock=now,
        )
        self.batches = Batches(
            lake=self.lake,
            ledger=ledger,  # type: ignore[arg-type] # the part of it that loading uses
            loader=lambda: self.loader,
            bringing_back=_never,
            clock=now,
        )
