"""The event that customers were computed anew, for pushes and caches."""

from shared.runtime.resources import EventType

CUSTOMERS_COMPUTED = EventType(source="tally.customers", detail_type="customers computed")
