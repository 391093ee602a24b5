"""Reports on customers, read from the latest snapshot."""

from dataclasses import dataclass

from shared.customers.models import CustomerProfileResponse, CustomerSegmentationResponse
from shared.customers.store import CustomerStore
from shared.runtime.errors import NotFound


@dataclass(frozen=True)
class CustomerReports:
    """Reads profiles and segments, each with one request to DynamoDB."""

    store: CustomerStore

    def segments(self) -> CustomerSegmentationResponse:
        """Return all segments.

        Raises:
            NotFound: there is no snapshot yet.
        """
        found = self.store.segmentation()
        if found is None:
            raise NotFound("Segments have not been computed yet; they are computed once a day")
        return found

    def profile(self, customer_id: str) -> CustomerProfileResponse:
        """Return the profile of a customer.

        Raises:
            NotFound: the latest snapshot does not contain the customer.
        """
        found = self.store.profile(customer_id)
        if found is None:
            raise NotFound(f"The customer {customer_id} does not exist or has no purchase")
        return found
