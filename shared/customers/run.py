"""One computation of all customers: what its steps agree on, as they hand it to each other. Pure."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import uuid4

from shared.customers.facts import HistoryPeriod
from shared.customers.models import ModelReport
from shared.customers.rules import Boundaries
from shared.runtime.models import Model, Timestamp, utc

MOST_SLICES = 100
"""One statement of Athena writes at most so many partitions; with more customers, slices get larger."""

_STARTED = "%Y%m%dT%H%M%S%f"


@dataclass(frozen=True, kw_only=True)
class Slicing:
    """The number of customers in a slice, and how many the model is fitted on: whole slices with at least so many."""

    per_slice: int = 20_000
    sample: int = 50_000

    def count(self, customers: int) -> int:
        """Return the number of slices for so many customers, at least one."""
        return max(1, min(MOST_SLICES, -(-customers // self.per_slice)))


SLICING = Slicing()


class PublishedRun(Model):
    """The computation that is served: its id, and the number of its customers."""

    run_id: str
    customers: int


class CustomerRun(Model):
    """Everything that does not depend on a slice, fixed before the first one is computed.

    `previous` is the computation that was served at that time. Slices continue its segment histories, so that a slice
    that is computed again has the same result.
    """

    run_id: str
    at: Timestamp
    first_day: date
    last_day: date
    reporting_currency: str
    slices: int
    customers: int
    boundaries: Boundaries
    model: ModelReport
    previous: PublishedRun | None

    @property
    def period(self) -> HistoryPeriod:
        """The days that the computation covers."""
        return HistoryPeriod(first_day=self.first_day, last_day=self.last_day)


def new_run_id(at: datetime) -> str:
    """Return the id of a new computation; ids are in the order of the times at which computations start."""
    return f"{utc(at):%Y%m%dT%H%M%S}{utc(at).microsecond // 1000:03}-{uuid4().hex[:8]}"


def started_at(run_id: str) -> datetime | None:
    """Return when a computation started, by its id; None for those from before ids had the time."""
    try:
        return datetime.strptime(run_id.partition("-")[0], _STARTED).replace(tzinfo=UTC)
    except ValueError:
        return None
