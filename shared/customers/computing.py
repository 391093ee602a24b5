"""The use case of the schedule: customers are added up, scored, forecast and written down."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.customers import queries
from shared.customers.facts import CustomerFacts, Period, Taste, TasteKind
from shared.customers.forecasting import Forecast, forecast
from shared.customers.membership import stayed
from shared.customers.models import CustomerProfileResponse, SegmentStay
from shared.customers.profiles import Known, Run, profile
from shared.customers.rules import Scores, score_customers
from shared.customers.segmentation import segmentation
from shared.customers.store import CustomerStore

if TYPE_CHECKING:
    from shared.athena.client import Athena
    from shared.customers.forecast import Expectation
    from shared.runtime.models import Clock


@dataclass(frozen=True, kw_only=True)
class Computed:
    """What a run did."""

    customers: int
    gone: int
    model_used: bool


@dataclass(frozen=True)
class _Found:
    """What a run knows of all customers."""

    customers: Sequence[CustomerFacts]
    scores: Sequence[Scores]
    tastes: Mapping[str, Sequence[Taste]]
    forecast: Forecast


@dataclass(frozen=True, kw_only=True)
class CustomerComputing:
    """Computes all customers anew."""

    athena: "Athena"
    store: CustomerStore
    reporting_currency: str
    clock: "Clock"

    def run(self) -> Computed:
        """Replace what is known of customers; before the first sale the segments are empty."""
        at = self.clock()
        period = self._period()
        found = self._found(period)
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
        return Computed(customers=len(found.customers), gone=len(gone), model_used=run.model.used)

    def _period(self) -> Period:
        at = self.clock()
        (row,) = self.athena.run(queries.span(at))
        first, last = row["first"] or at, row["last"] or at
        return Period(first_day=first.date(), last_day=last.date())

    def _found(self, period: Period) -> _Found:
        rows = self.athena.run(queries.facts(period, self.reporting_currency))
        customers = [CustomerFacts(**row) for row in rows]
        tastes: defaultdict[str, list[Taste]] = defaultdict(list)
        for row in self.athena.run(queries.tastes(period)):
            tastes[row["customer_id"]].append(Taste(**{**row, "kind": TasteKind(row["kind"])}))
        scores = score_customers(
            [each.last_purchase.date() for each in customers],
            [each.orders for each in customers],
            [each.net_amount for each in customers],
        )
        return _Found(customers, scores, tastes, forecast(customers, period, self.clock()))


def _profiles(
    found: _Found, before: Mapping[str, Sequence[SegmentStay]], run: Run
) -> Iterator[CustomerProfileResponse]:
    expected: Mapping[str, Expectation | str] = {**found.forecast.reasons, **found.forecast.expectations}
    for facts, scores in zip(found.customers, found.scores, strict=True):
        stays = stayed(before.get(facts.customer_id, ()), scores.segment.segment_id, run.at)
        known = Known(
            facts=facts,
            tastes=found.tastes.get(facts.customer_id, ()),
            scores=scores,
            stays=stays,
            expected=expected[facts.customer_id],
        )
        yield profile(known, run)
