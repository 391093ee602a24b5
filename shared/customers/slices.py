"""The second step of a computation of all customers: the profiles of one slice, and its sums."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from shared.customers.customer_rows import CustomerRow, read_row
from shared.customers.forecast_run import predict
from shared.customers.profiles import Known, profile
from shared.customers.rules import Scores, score
from shared.customers.segment_history import extend
from shared.customers.segment_sums import SegmentSums, SliceSums

if TYPE_CHECKING:
    from shared.customers.models import CustomerProfileResponse, SegmentStay
    from shared.customers.run import CustomerRun
    from shared.customers.run_files import RunFiles
    from shared.customers.store import CustomerStore

_AT_ONCE = 1_000
"""Customers in memory at once, so that the memory does not grow with a slice."""

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class CustomerSlices:
    """Computes slices; one that is computed again, or twice at once, writes the same."""

    store: "CustomerStore"
    files: "RunFiles"

    def compute(self, run_id: str, place: int) -> int:
        """Write the profiles of a slice, then its sums; return the number of its customers."""
        run = self.files.run(run_id)
        totals: defaultdict[str, SegmentSums] = defaultdict(SegmentSums)
        known_before = 0
        for lines in _cut(self.files.rows(run_id, place), _AT_ONCE):
            customers = [_Scored.of(read_row(line), run) for line in lines]
            before = self._stays(run, customers)
            known_before += len(before)
            self.store.put_profiles(run, _profiles(customers, before, run))
            for each in customers:
                totals[each.segment_id] += SegmentSums.of(each.row.facts, run.last_day)
        self.files.put_sums(run_id, place, SliceSums(segments=totals, known_before=known_before))
        return sum(each.customers for each in totals.values())

    def _stays(self, run: "CustomerRun", customers: "Sequence[_Scored]") -> "Mapping[str, Sequence[SegmentStay]]":
        if run.previous is None:
            return {}
        return self.store.stays(run.previous, [each.row.facts.customer_id for each in customers])


@dataclass(frozen=True)
class _Scored:
    """A customer with the scores."""

    row: CustomerRow
    scores: Scores

    @classmethod
    def of(cls, row: CustomerRow, run: "CustomerRun") -> "_Scored":
        facts = row.facts
        days_since = (run.last_day - facts.last_purchase.date()).days
        scores = score(run.boundaries, days_since=days_since, orders=facts.orders, net_amount=facts.net_amount)
        return cls(row, scores)

    @property
    def segment_id(self) -> str:
        return self.scores.segment.segment_id


def _profiles(
    customers: "Sequence[_Scored]", before: "Mapping[str, Sequence[SegmentStay]]", run: "CustomerRun"
) -> "Iterator[CustomerProfileResponse]":
    """Predict the purchases of customers, and yield their profiles."""
    expected = predict([each.row.facts for each in customers], run.model, run.period)
    for each in customers:
        customer_id = each.row.facts.customer_id
        known = Known(
            facts=each.row.facts,
            preferences=each.row.preferences,
            scores=each.scores,
            stays=extend(before.get(customer_id, ()), each.segment_id, run.at),
            expected=expected[customer_id],
        )
        yield profile(known, run)


def _cut(items: Iterable[T], size: int) -> Iterator[Sequence[T]]:
    rest = iter(items)
    while part := list(islice(rest, size)):
        yield part
