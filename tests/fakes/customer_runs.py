"""A computation of customers, for stores of it."""

from datetime import UTC, date, datetime
from typing import Any

from shared.customers.models import ModelReport
from shared.customers.rules import Boundaries
from shared.customers.run import CustomerRun, PublishedRun

AT = datetime(2026, 5, 1, 4, 30, tzinfo=UTC)


def customer_run(run_id: str, *, previous: PublishedRun | None = None, **changes: Any) -> CustomerRun:
    """A computation without customers, unless it is changed."""
    empty = CustomerRun(
        run_id=run_id,
        at=AT,
        first_day=date(2025, 1, 1),
        last_day=date(2026, 4, 30),
        reporting_currency="USD",
        slices=1,
        customers=0,
        boundaries=Boundaries(recency=(), frequency=(), monetary=()),
        model=ModelReport.model_validate(
            {"model": "bg/nbd", "fitted_at": AT, "used": False, "reason": "nobody bought", "fitted_on": 0}
        ),
        previous=previous,
    )
    return empty.model_copy(update=changes)
