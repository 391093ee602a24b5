"""The analytics functions over tables in moto, with a scripted Athena."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson
import pytest

from functions.customers import handler as customers
from functions.metrics import handler as metrics
from functions.products import handler as products
from shared.app.wiring import Wiring, wiring
from shared.athena.client import WORK_GROUP
from shared.auth.scopes import Scope
from shared.runtime.settings import Settings
from tests.events.api_gateway import context, rest_event
from tests.fakes.athena import BadAthena
from tests.fakes.clock import Clock
from tests.fakes.identities import Visitor
from tests.fakes.moto_platforms import MotoPlatforms

METRICS = "/api/v1/analytics/metrics"
PRODUCTS = "/api/v1/analytics/products/performance"
CUSTOMERS = "/api/v1/analytics/customers"
MARCH = {"time_range[start]": ["2025-03-01T00:00:00Z"], "time_range[end]": ["2025-04-01T00:00:00Z"]}
HANDLERS = {METRICS: metrics.handler, PRODUCTS: products.handler}
ASKED: Mapping[str, Mapping[str, Sequence[str]]] = {METRICS: {"metric_type": ["revenue"], **MARCH}, PRODUCTS: MARCH}
APPS = (metrics.app, products.app, customers.app)


@dataclass(frozen=True)
class Told:
    """An answer as API Gateway gets it."""

    status: int
    headers: Mapping[str, Sequence[str]]
    text: str

    @property
    def body(self) -> Any:
        """The parsed text."""
        return orjson.loads(self.text)

    @property
    def tag(self) -> str:
        """The one tag that it has."""
        [tag] = self.headers["ETag"]
        return tag


@dataclass(frozen=True)
class Analyst:
    """A client of the metrics function, and the platform it runs on."""

    wired: Wiring
    athena: BadAthena
    visitor: Visitor

    def ask(
        self,
        changes: Mapping[str, Sequence[str]] | None = None,
        *,
        path: str = METRICS,
        remaining_ms: int = 29_000,
        lines: Mapping[str, list[str]] | None = None,
        **headers: str,
    ) -> Told:
        """Ask for March, or for something else."""
        handler = HANDLERS.get(path, customers.handler)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        query = {**ASKED.get(path, {}), **(changes or {})}
        event = rest_event("GET", path, query=query, headers=sent, token=self.visitor.token)
        event["multiValueHeaders"] |= lines or {}
        answer: Any = handler(event, context(remaining_ms=remaining_ms))
        return Told(answer["statusCode"], answer["multiValueHeaders"], answer["body"])


@pytest.fixture
def analyst(aws: Settings, platforms: MotoPlatforms, clock: Clock) -> Iterator[Analyst]:
    """An analyst of a platform in which nothing was sold."""
    names = {**aws.names, WORK_GROUP.variable: "tally-tests"}
    wired = Wiring(replace(aws, names=names), clock)
    with platforms.athena.in_charge() as athena:
        for app in APPS:
            app.dependency_overrides[wiring] = lambda: wired
        yield Analyst(wired, athena, Visitor(wired.identity, Scope.ANALYTICS_READ))
        for app in APPS:
            app.dependency_overrides.clear()
