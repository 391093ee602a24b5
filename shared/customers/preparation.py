"""The first step of a computation of all customers: facts and boundaries from Athena, and the model."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from shared.athena.sql import pinned
from shared.customers import queries
from shared.customers.customer_rows import read_row
from shared.customers.facts import CustomerFacts, HistoryPeriod
from shared.customers.forecast_run import fit_model
from shared.customers.rules import Boundaries
from shared.customers.run import SLICING, CustomerRun, PublishedRun, Slicing, new_run_id
from shared.lake.catalog.tables import EXCHANGE_RATES
from shared.lake.table.port import SnapshotExpired
from shared.records.schema import DataType
from shared.runtime.errors import Unavailable
from shared.runtime.observability import logger

if TYPE_CHECKING:
    from shared.athena.client import Athena
    from shared.customers.run_files import RunFiles
    from shared.customers.store import CustomerStore
    from shared.lake.catalog.states import TableStates
    from shared.runtime.models import Clock

_TABLES = (DataType.TRANSACTIONS, EXCHANGE_RATES.name)
"""The tables whose states are read; that of transactions includes the categories of products."""

_TRIES = 3
_FIFTHS = ("first", "second", "third", "fourth")


@dataclass(frozen=True, kw_only=True)
class CustomerPreparation:
    """Fixes what all slices of a computation share."""

    athena: "Athena"
    states: "TableStates"
    store: "CustomerStore"
    files: "RunFiles"
    reporting_currency: str
    clock: "Clock"
    slicing: Slicing = SLICING

    def prepare(self, started: datetime) -> CustomerRun:
        """Write the rows of all customers by slice, fit the model, and describe the computation.

        Everything is read at the current state of the tables; at a newer one if it expires between two queries.

        Raises:
            Unavailable: the tables changed too quickly to be read at one state.
        """
        previous = self.store.published()
        for _ in range(_TRIES):
            states = self.states.get_many(_TABLES)
            snapshots = {name: each for state in states.values() for name, each in state.snapshots.items()}
            try:
                run = self._prepare_at(snapshots, started, previous)
            except SnapshotExpired as error:
                logger().warning("a snapshot expired between two queries", exc_info=error)
            else:
                self.files.put_run(run)
                return run
        raise Unavailable("The tables change too quickly to be read at one state; retry later", retry_after=60)

    def _prepare_at(
        self, snapshots: Mapping[str, int], started: datetime, previous: PublishedRun | None
    ) -> CustomerRun:
        currency = self.reporting_currency
        (span,) = self.athena.run(pinned(queries.span(started), snapshots))
        period = HistoryPeriod(first_day=(span["first"] or started).date(), last_day=(span["last"] or started).date())
        # A new id for each attempt, because Athena writes only to locations without objects.
        run_id, slices = new_run_id(started), self.slicing.count(span["customers"])
        location = self.files.rows_location(run_id)
        rows = queries.customer_rows(period, currency, before=started, slices=slices, location=location)
        self.athena.execute(pinned(rows, snapshots))
        boundaries = self.athena.run(pinned(queries.boundaries(period, currency, before=started), snapshots))
        return CustomerRun(
            run_id=run_id,
            at=started,
            first_day=period.first_day,
            last_day=period.last_day,
            reporting_currency=currency,
            slices=slices,
            customers=span["customers"],
            boundaries=_boundaries(boundaries),
            model=fit_model(self._sample(run_id, slices), period, self.clock()),
            previous=previous,
        )

    def _sample(self, run_id: str, slices: int) -> Sequence[CustomerFacts]:
        """Read whole slices, each a uniform sample, until there are enough customers; in the order of their ids."""
        sample: list[CustomerFacts] = []
        for place in range(slices):
            sample += [read_row(line).facts for line in self.files.rows(run_id, place)]
            if len(sample) >= self.slicing.sample:
                break
        return sorted(sample, key=attrgetter("customer_id"))


def _boundaries(rows: Iterable[Mapping[str, Any]]) -> Boundaries:
    found = {row["measure"]: [row[fifth] for fifth in _FIFTHS] for row in rows}
    return Boundaries(**{name: found.get(name, ()) for name in Boundaries.model_fields})
