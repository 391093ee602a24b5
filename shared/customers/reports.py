"""The use case of a request: what the last run found out is told."""

from dataclasses import dataclass

from shared.customers.models import CustomerProfileResponse, CustomerSegmentationResponse
from shared.customers.store import CustomerStore
from shared.runtime.errors import NotFound


@dataclass(frozen=True)
class CustomerReports:
    """Tells of customers, each in one read."""

    store: CustomerStore

    def segments(self) -> CustomerSegmentationResponse:
        """All segments.

        Raises:
            NotFound: nothing has been computed yet.
        """
        found = self.store.segmentation()
        if found is None:
            raise NotFound("Segments have not been computed yet; they are computed once a day")
        return found

    def profile(self, customer_id: str) -> CustomerProfileResponse:
        """One customer.

        Raises:
            NotFound: no run has found a purchase of theirs.
        """
        found = self.store.profile(customer_id)
        if found is None:
            raise NotFound(f"The customer {customer_id} does not exist or has no purchase")
        return found
