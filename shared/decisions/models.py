"""What the index of fraud decisions stores and returns."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class IndexedDecision:
    """A decision for the index: its time, its version, and its content as JSON text."""

    decision_id: str
    timestamp: datetime
    version: datetime
    body: str


@dataclass(frozen=True)
class ResolvedDecision:
    """A received decision, and the deliveries with labels that wait for it."""

    decision_id: str
    delivery_ids: frozenset[str]


@dataclass(frozen=True)
class MovedDecision:
    """A decision whose labels may have another time than it has; `move` names the change of its time."""

    decision_id: str
    move: str
