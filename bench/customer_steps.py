"""The steps of the computation of customers, each in a process of its own that imports what its function imports."""

from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

from bench.function_process import tell, timed
from shared.app.wiring import wiring
from shared.athena.client import Athena
from shared.customers.store import CUSTOMERS_TABLE, CustomerStore

PATIENCE_SECONDS = 3600


def prepare() -> None:
    """Run the first step, and print what it took."""
    wired = wiring()
    queries: list[float] = []
    plain = replace(wired.customer_preparation.athena, patience_seconds=PATIENCE_SECONDS, slots=None)
    athena = _Timed(**vars(plain), seconds=queries)
    preparation = replace(wired.customer_preparation, athena=athena)
    run = timed(lambda: preparation.prepare(wired.clock()))
    told = {"run_id": run[0].run_id, "slices": run[0].slices, "customers": run[0].customers}
    tell({**told, "queries": f"(of that queries: {', '.join(f'{each:.1f} s' for each in queries)})"}, run[1])


def compute(run_id: str, first: str, count: str) -> None:
    """Compute slices without writing profiles, and print what it took."""
    wired, sent = wiring(), Counter[str]()
    store = CustomerStore(_Taking(sent), wired.name_of(CUSTOMERS_TABLE), wired.clock)  # type: ignore[arg-type] # a part
    slices = replace(wired.customer_slices, store=store)
    places = range(int(first), int(first) + int(count))
    customers, seconds = timed(lambda: sum(slices.compute(run_id, place) for place in places))
    each = sent["bytes"] / max(1, customers)
    told = f"({sent['requests'] / max(1, customers) * 1000:.0f} writes a 1000 customers, {each:.0f} bytes each)"
    tell({"customers": customers, "sent": told}, seconds)


def compute_and_write(run_id: str) -> None:
    """Compute the first slice, and print what it took."""
    customers, seconds = timed(lambda: wiring().customer_slices.compute(run_id, 0))
    tell({"customers": customers}, seconds)


def publish(run_id: str) -> None:
    """Run the last step, and print what it took."""
    done, seconds = timed(lambda: wiring().customer_publication.publish(run_id))
    tell({"customers": done.customers}, seconds)


@dataclass(frozen=True, kw_only=True)
class _Timed(Athena):
    """An Athena that notes how long its statements take."""

    seconds: list[float]

    def run(self, statement: Any) -> Any:
        """Run and note."""
        rows, seconds = timed(lambda: super(_Timed, self).run(statement))
        self.seconds.append(seconds)
        return rows

    def execute(self, statement: Any) -> None:
        """Execute and note."""
        _, seconds = timed(lambda: super(_Timed, self).execute(statement))
        self.seconds.append(seconds)


class _Taking:
    """A DynamoDB that takes all items at once and counts them."""

    def __init__(self, sent: Counter[str]) -> None:
        self._sent = sent

    def batch_write_item(self, RequestItems: Any) -> Any:  # noqa: N803 # boto3's name
        """Take items."""
        for (requests,) in [RequestItems.values()]:
            self._sent["requests"] += len(requests)
            for request in requests:
                item = request["PutRequest"]["Item"]
                self._sent["bytes"] += sum(len(name) + len(next(iter(each.values()))) for name, each in item.items())
        return {"UnprocessedItems": {}}
