"""The scheduled job that scores all customers, predicts their purchases and stores the result."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.customers import queries
from shared.customers.facts import CustomerFacts, HistoryPeriod, Preference, PreferenceKind
from shared.customers.forecast_run import Forecast, forecast
from shared.customers.models import CustomerProfileResponse, SegmentStay
from shared.customers.profiles import Known, Run, profile
from shared.customers.rules import Scores, score_customers
from shared.customers.segment_history import extend
from shared.customers.segmentation import segmentation
from shared.customers.store import CustomerStore

if TYPE_CHECKING:
    from shared.athena.client import Athena
    from shared.customers.forecast import Expectation
    from shared.runtime.models import Clock


@dataclass(frozen=True, kw_only=True)
class SnapshotResult:
    """The result of a run."""

    customers: int
    removed: int
    model_used: bool


@dataclass(frozen=True)
class _Snapshot:
    """The data of all customers in a run."""

    customers: Sequence[CustomerFacts]
    scores: Sequence[Scores]
    preferences: Mapping[str, Sequence[Preference]]
    forecast: Forecast


@dataclass(frozen=True, kw_only=True)
class CustomerSnapshotJob:
    """Computes a snapshot of all customers."""

    athena: "Athena"
    store: CustomerStore
    reporting_currency: str
    clock: "Clock"

    def run(self) -> SnapshotResult:
        """Replace the stored snapshot; before the first sale the segments are empty."""
        at = self.clock()
        period = self._period()
        found = self._compute(period)
        run = Run(
            at=at,
            last_day=period.last_day,
            reporting_currency=self.reporting_currency,
            model=found.forecast.report,
        )
        before = self.store.stays()
        gone = before.keys() - {each.customer_id for each in found.customers}
        told = segmentation(found.customers, found.scores, run)
        self.store.replace(_profiles(found, before, run), sorted(gone), told)
        return SnapshotResult(customers=len(found.customers), removed=len(gone), model_used=run.model.used)

    def _period(self) -> HistoryPeriod:
        at = self.clock()
        (row,) = self.athena.run(queries.span(at))
        first, last = row["first"] or at, row["last"] or at
        return HistoryPeriod(first_day=first.date(), last_day=last.date())

    def _compute(self, period: HistoryPeriod) -> _Snapshot:
        rows = self.athena.run(queries.facts(period, self.reporting_currency))
        customers = [CustomerFacts(**row) for row in rows]
        tastes: defaultdict[str, list[Preference]] = defaultdict(list)
        for row in self.athena.run(queries.preferences(period)):
            tastes[row["customer_id"]].append(Preference(**{**row, "kind": PreferenceKind(row["kind"])}))
        scores = score_customers(
            [each.last_purchase.date() for each in customers],
            [each.orders for each in customers],
            [each.net_amount for each in customers],
        )
        return _Snapshot(customers, scores, tastes, forecast(customers, period, self.clock()))


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
