"""The scheduled job that scores all customers, predicts their purchases and stores the result."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shared.athena.sql import Statement, pinned
from shared.customers import queries
from shared.customers.facts import CustomerFacts, HistoryPeriod, Preference, PreferenceKind
from shared.customers.forecast_run import Forecast, forecast
from shared.customers.models import CustomerProfileResponse, SegmentStay
from shared.customers.profiles import Known, Run, profile
from shared.customers.rules import Scores, score_customers
from shared.customers.segment_history import extend
from shared.customers.segmentation import segmentation
from shared.customers.store import CustomerStore
from shared.lake.catalog.tables import EXCHANGE_RATES
from shared.lake.table.port import SnapshotExpired
from shared.records.schema import DataType
from shared.runtime.errors import Unavailable
from shared.runtime.observability import logger

if TYPE_CHECKING:
    from shared.athena.client import Athena
    from shared.customers.forecast import Expectation
    from shared.lake.catalog.state import TableStates
    from shared.runtime.models import Clock


_TABLES = (DataType.TRANSACTIONS, EXCHANGE_RATES.name)
_TRIES = 3


@dataclass(frozen=True, kw_only=True)
class SnapshotResult:
    """The result of a run."""

    customers: int
    removed: int
    model_used: bool


@dataclass(frozen=True)
class _Snapshot:
    """The data of all customers in a run, all read at one state of the tables."""

    period: HistoryPeriod
    customers: Sequence[CustomerFacts]
    scores: Sequence[Scores]
    preferences: Mapping[str, Sequence[Preference]]
    forecast: Forecast


@dataclass(frozen=True, kw_only=True)
class CustomerSnapshotJob:
    """Computes a snapshot of all customers."""

    athena: "Athena"
    states: "TableStates"
    store: CustomerStore
    reporting_currency: str
    clock: "Clock"

    def run(self) -> SnapshotResult:
        """Replace the stored snapshot; before the first sale the segments are empty.

        Raises:
            Unavailable: the tables changed too quickly to be read at one state.
        """
        at = self.clock()
        found = self._compute()
        run = Run(
            at=at,
            last_day=found.period.last_day,
            reporting_currency=self.reporting_currency,
            model=found.forecast.report,
        )
        before = self.store.stays()
        gone = before.keys() - {each.customer_id for each in found.customers}
        told = segmentation(found.customers, found.scores, run)
        self.store.replace(_profiles(found, before, run), sorted(gone), told)
        return SnapshotResult(customers=len(found.customers), removed=len(gone), model_used=run.model.used)

    def _compute(self) -> _Snapshot:
        """Read everything at the current state of the tables; at a newer one if it expires between two queries."""
        for _ in range(_TRIES):
            states = self.states.get_many(_TABLES)
            snapshots = {name: each for state in states.values() for name, each in state.snapshots.items()}
            try:
                return self._compute_at(snapshots)
            except SnapshotExpired as error:
                logger().warning("a snapshot expired between two queries", exc_info=error)
        raise Unavailable("The tables change too quickly to be read at one state; retry later", retry_after=60)

    def _compute_at(self, snapshots: Mapping[str, int]) -> _Snapshot:
        def read(statement: Statement) -> list[dict[str, Any]]:
            return self.athena.run(pinned(statement, snapshots))

        at = self.clock()
        (row,) = read(queries.span(at))
        period = HistoryPeriod(first_day=(row["first"] or at).date(), last_day=(row["last"] or at).date())
        customers = [CustomerFacts(**row) for row in read(queries.facts(period, self.reporting_currency))]
        tastes: defaultdict[str, list[Preference]] = defaultdict(list)
        for row in read(queries.preferences(period)):
            tastes[row["customer_id"]].append(Preference(**{**row, "kind": PreferenceKind(row["kind"])}))
        scores = score_customers(
            [each.last_purchase.date() for each in customers],
            [each.orders for each in customers],
            [each.net_amount for each in customers],
        )
        return _Snapshot(period, customers, scores, tastes, forecast(customers, period, self.clock()))


def _profiles(
    found: _Snapshot, before: Mapping[str, Sequence[SegmentStay]], run: Run
) -> Iterator[CustomerProfileResponse]:
    expected: Mapping[str, Expectation | str] = {**found.forecast.reasons, **found.forecast.expectations}
    for facts, scores in zip(found.customers, found.scores, strict=True):
        stays = extend(before.get(facts.customer_id, ()), scores.segment.segment_id, run.at)
        known = Known(
            facts=facts,
            tastes=found.preferences.get(facts.customer_id, ()),
            scores=scores,
            stays=stays,
            expected=expected[facts.customer_id],
        )
        yield profile(known, run)
