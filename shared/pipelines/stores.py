"""Reads what pipelines are judged by from the tables of DynamoDB, each within a bound."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

from shared.customers.run import started_at
from shared.ledger.entry import Channel, DeliveryKind
from shared.pipelines.observation import MOST_UNFINISHED, Computation, UnreadEvents
from shared.records.schema import DataType

if TYPE_CHECKING:
    from shared.customers.store import CustomerStore
    from shared.lake.catalog.state import TableState
    from shared.lake.catalog.states import TableStates
    from shared.ledger.filters import Filters
    from shared.ledger.items import Completion
    from shared.ledger.models import LedgerCounters
    from shared.ledger.reports import HourlyTotals
    from shared.ledger.store import Ledger
    from shared.live.connections import Connections
    from shared.live.event_log import EventLog
    from shared.notifications.entries import Entries
    from shared.pipelines.files import WaitingFiles
    from shared.pipelines.run_register import RunRegister
    from shared.sources.arrivals import ChannelArrivals, SourceArrivals

_LAST_COMPLETED = 20
_RUNS_READ = timedelta(days=1)
_READ_LATE = timedelta(days=1)
"""Stream records are kept for a day, so a source may have delivered to an hour that long before its last receipt."""


@dataclass(frozen=True, kw_only=True)
class Stores:
    """The stores of what must respond, or nothing could be said."""

    arrivals: "SourceArrivals"
    hours: "HourlyTotals"
    ledger: "Ledger"
    states: "TableStates"
    files: "WaitingFiles"
    customers: "CustomerStore"
    connections: "Connections"
    notifications: "Entries"
    events: "EventLog"
    runs: "RunRegister"

    def reads(self, at: datetime) -> Mapping[str, Callable[[], Any]]:
        """Return what to read, by the names that an observation has for it."""
        return {
            "arrivals": self.arrivals.by_channel,
            "unfinished": lambda: list(islice(self.ledger.list_unfinished(at), MOST_UNFINISHED + 1)),
            "completed": self._completed,
            "states": self._states,
            "files": lambda: self.files.at(at),
            "computation": self._computation,
            "connections": self.connections.count,
            "outbox": self.notifications.backlog,
            "runs": lambda: self.runs.since(at - _RUNS_READ),
            "unread": lambda: UnreadEvents(*self.events.unread_since()),
        }

    def totals(self, arrivals: "Sequence[ChannelArrivals]", window: "Filters") -> "Mapping[Channel, LedgerCounters]":
        """Return the outcomes of the rows of a range; sources that did not deliver in it are not read."""
        active = {each.arrivals.source_id for each in arrivals if each.arrivals.last >= window.start - _READ_LATE}
        return self.hours.by_channel(sorted(active), window)

    def _completed(self) -> "list[Completion]":
        return [each for kind in DeliveryKind for each in self.ledger.recent(kind, _LAST_COMPLETED)]

    def _states(self) -> "list[TableState]":
        return list(self.states.get_many(list(DataType)).values())

    def _computation(self) -> Computation | None:
        published = self.customers.published()
        if published is None:
            return None
        return Computation(started_at=started_at(published.run_id), customers=published.customers)
