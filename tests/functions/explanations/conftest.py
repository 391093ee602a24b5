"""The function behind explanations over a lake in moto, with Athena on DuckDB."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count
from typing import Any
from urllib.parse import quote

import orjson
import pytest
from moto import mock_aws

from functions.explanations.handler import app, handler
from shared.app.wiring import Wiring, wiring
from shared.auth.scopes import Scope
from shared.fraud.cohort_ids import CohortId
from shared.records.schema import DataType
from tests.events.api_gateway import context, rest_event
from tests.fakes.clock import Clock
from tests.fakes.deliveries import delivery
from tests.fakes.identities import Visitor
from tests.fakes.records import NOW
from tests.fakes.state_dump import merge_all
from tests.functions.metrics.lake import TestLake, lake_with_athena
from tests.moto_platform import CREDENTIALS

Row = Mapping[str, Any]
Query = Mapping[str, Sequence[str]]
_MOST_AT_ONCE = 100
_numbers = count()


@dataclass(frozen=True)
class Reply:
    """A status, a body in the Fraud dialect, and the tag of the response."""

    status: int
    body: Any
    tag: str = ""

    @property
    def fields(self) -> dict[str, str]:
        """Which fields of the request are wrong, and why."""
        return {each["field"]: each["message"] for each in self.body["details"]["fields"]}


@dataclass(frozen=True, repr=False)
class Explainer:
    """The function, and a way to load decisions."""

    lake: TestLake
    wired: Wiring
    clock: Clock
    visitor: Visitor

    def load(self, rows: Sequence[Row], *, merged: bool = True) -> None:
        """Load decisions as batches of now, and merge them; small ones, because moto mixes parallel transactions up."""
        self.clock.pass_by(timedelta(minutes=1))
        for first in range(0, len(rows), _MOST_AT_ONCE):
            part, name = rows[first : first + _MOST_AT_ONCE], f"batch-x{next(_numbers)}"
            loaded = self.wired.loader.load(delivery(DataType.DECISIONS, part, origin=name, at=self.clock()))
            assert not loaded.errors, loaded.errors
        if merged:
            merge_all(self.wired)

    def explain(self, decision_id: str, **query: str) -> Reply:
        """Ask for the explanation of a decision."""
        return self.get(quote(decision_id, safe=""), {name: [value] for name, value in query.items()})

    def drivers(self, cohort: CohortId | str, *, known: str = "", **query: str) -> Reply:
        """Ask for the drivers of a cohort, as a client that has the response with a tag."""
        text = quote(cohort, safe="") if isinstance(cohort, str) else cohort.encode()
        return self.get(f"cohort/{text}/top-drivers", {name: [value] for name, value in query.items()}, known)

    def get(self, path: str, query: Query | None = None, known: str = "") -> Reply:
        """Send a request as API Gateway does."""
        path, headers = f"/api/v1/analytics/explain/{path}", {"If-None-Match": known} if known else {}
        event = rest_event("GET", path, query=query, headers=headers, token=self.visitor.token)
        answer = handler(event, context())
        tag = answer["multiValueHeaders"].get("ETag", [""])[0]
        return Reply(answer["statusCode"], orjson.loads(answer["body"] or "null"), tag)

    def acting_with(self, *scopes: Scope) -> "Explainer":
        """The same for a caller with these scopes."""
        return replace(self, visitor=Visitor(self.wired.identity, *scopes))


@pytest.fixture(scope="package")
def explainer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Explainer]:
    """The function over an empty lake."""
    with pytest.MonkeyPatch.context() as environment:
        for name, value in CREDENTIALS.items():
            environment.setenv(name, value)
        with mock_aws(), lake_with_athena(tmp_path_factory.mktemp("athena")) as (lake, athena):
            environment.setenv("AWS_ENDPOINT_URL_ATHENA", athena)
            clock = Clock(NOW)
            wired = Wiring(lake.settings, clock)
            app.dependency_overrides[wiring] = lambda: wired
            yield Explainer(lake, wired, clock, Visitor(wired.identity, Scope.FRAUD_READ))
            app.dependency_overrides.clear()
