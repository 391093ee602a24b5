"""Observes everything that pipelines are judged by, with a bounded number of reads, at the same time."""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from shared.ledger.filters import Filters
from shared.pipelines.observation import Observation
from shared.runtime.parallel import all_at_once

if TYPE_CHECKING:
    from shared.pipelines.services import Services
    from shared.pipelines.stores import Stores
    from shared.runtime.models import Clock

WINDOW = timedelta(hours=24)


@dataclass(frozen=True, kw_only=True)
class Observer:
    """Observes the platform: the tables of DynamoDB must respond; of other services it sees whether they do."""

    stores: "Stores"
    services: "Services"
    clock: "Clock"

    def __call__(self) -> Observation:
        """Observe everything.

        Raises:
            ClientError: DynamoDB does not respond.
        """
        at = self.clock()
        window = Filters(start=(at - WINDOW).replace(minute=0, second=0, microsecond=0), end=at + timedelta(seconds=1))
        found = all_at_once({**self.stores.reads(at), **self.services.reads(at)})
        totals = self.stores.totals(found["arrivals"], window)
        return Observation(at=at, first_hour=window.start, totals=totals, **found)
