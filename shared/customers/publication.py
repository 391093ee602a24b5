"""The last step of a computation of all customers: the segments, and the change to the new profiles."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.customers.events import CUSTOMERS_COMPUTED
from shared.customers.segment_sums import add_up
from shared.customers.segmentation import segmentation
from shared.runtime.errors import InternalError

if TYPE_CHECKING:
    from shared.customers.run_files import RunFiles
    from shared.customers.store import CustomerStore
    from shared.events.bus import PlatformEvents


@dataclass(frozen=True, kw_only=True)
class ComputedCustomers:
    """The result of a computation; `removed` counts the customers whom only the previous one had."""

    customers: int
    removed: int
    model_used: bool
    published: bool


@dataclass(frozen=True, kw_only=True)
class CustomerPublication:
    """Adds up the slices of a computation and serves it."""

    store: "CustomerStore"
    files: "RunFiles"
    events: "PlatformEvents"

    def publish(self, run_id: str) -> ComputedCustomers:
        """Serve a computation whose slices are complete, unless a later one is served already.

        Raises:
            InternalError: a slice is missing, or the slices have another number of customers than Athena counted.
            ConnectionError: the bus rejected the event; the step is repeated.
        """
        run = self.files.run(run_id)
        sums = add_up(self.files.sums(run_id, place) for place in range(run.slices))
        segments = segmentation(sums.segments, run)
        if segments.total_customers != run.customers:
            raise InternalError(f"{segments.total_customers} of {run.customers} customers were computed")
        published = self.store.publish(run, segments)
        self.events.publish(CUSTOMERS_COMPUTED, {"run_id": run_id})
        return ComputedCustomers(
            customers=run.customers,
            removed=run.previous.customers - sums.known_before if run.previous else 0,
            model_used=run.model.used,
            published=published,
        )
