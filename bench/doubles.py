"""In-memory stores, so that benchmarks measure the path from an event to Parquet."""

from typing import TYPE_CHECKING, Any

from bench.identities import BenchIdentity
from shared.ingestion.batches.estimate import Estimate
from shared.ingestion.batches.submission import Batches
from shared.ingestion.loader import Loader
from shared.ingestion.validation import DeliveryValidator
from shared.limits.classes import RateClasses
from shared.runtime.models import now
from shared.runtime.settings import Settings
from tests.fakes.memory_lake import MemoryLake

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import datetime

    from shared.decisions.models import IndexedDecision
    from shared.ingestion.restore import CancelledRowsRestorer
    from shared.lake.quarantine.rejected_rows import RejectedRows
    from shared.ledger.entry import DeliveryKind, LedgerEntry
    from shared.ledger.store import EntryChange
    from shared.limits.classes import RateClass
    from shared.runtime.resources import EventType


class MemoryLedger:
    """A ledger in a dictionary."""

    def __init__(self) -> None:
        self._entries: dict[str, LedgerEntry] = {}

    def update(self, delivery_id: str, change: "EntryChange") -> "LedgerEntry":
        """Change an entry."""
        self._entries[delivery_id] = change(self._entries.get(delivery_id))
        return self._entries[delivery_id]

    def recent(self, _: "DeliveryKind", __: int) -> "list[LedgerEntry]":
        """No history."""
        return []


class NoDecisions:
    """An index without decisions."""

    def add(self, decisions: "Iterable[IndexedDecision]") -> None:
        """Discard them."""

    def register_waiting(self, _: "Collection[str]", __: str) -> None:
        """Register nothing."""

    def times(self, _: "Iterable[str]") -> "dict[str, datetime]":
        """Return none."""
        return {}


class NoQuarantine:
    """A quarantine that stores nothing."""

    def put(self, _: "RejectedRows") -> None:
        """Discard it."""


class NoEvents:
    """A bus that nobody listens to."""

    def try_publish(self, _: "EventType", __: "Mapping[str, Any]") -> None:
        """Discard it."""


class NoLimits:
    """A limiter that admits all requests without counting."""

    def check(self, _: "RateClass", __: str) -> dict[str, str]:
        """Admit a request."""
        return {}


class NoEstimates:
    """Estimates nothing."""

    def of(self, _: object) -> Estimate:
        """Return that the time is unknown."""
        return Estimate("unknown")


def _never() -> "CancelledRowsRestorer":
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
            validator=DeliveryValidator(
                decisions=NoDecisions(),  # type: ignore[arg-type] # the part of it that loading uses
                reporting_currency="USD",
                mapping_of=lambda _, __: None,
            ),
            events=NoEvents(),  # type: ignore[arg-type] # the part of it that loading uses
            clock=now,
        )
        self.batches = Batches(
            lake=self.lake,
            estimates=NoEstimates(),  # type: ignore[arg-type] # the part of it that loading uses
            loader=lambda: self.loader,
            restorer=_never,
            clock=now,
        )
