"""The drift function over a lake in moto, with Athena on DuckDB."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from moto import mock_aws

from functions.drift.handler import app, handler
from shared.app.wiring import Wiring, wiring
from shared.athena.pinned_queries import PinnedQueries
from shared.auth.scopes import Scope
from shared.drift.reports import DriftReports
from shared.records.schema import DataType
from tests.events.api_gateway import context, rest_event
from tests.fakes.answers import Answer
from tests.fakes.clock import Clock
from tests.fakes.identities import Visitor
from tests.functions.drift.decisions import OPENED, four_weeks, labels, table_of, with_odd_names
from tests.functions.metrics.lake import TestLake, lake_with_athena
from tests.moto_platform import CREDENTIALS

PATH = "/api/v1/analytics/drift"
NOW = OPENED + timedelta(days=120)
T = TypeVar("T")


class Uncached:
    """Computes every result, although statements that read other tables for the same result have one key."""

    def get_or_compute(self, _key: str | None, _form: object, compute: Callable[[], T], _: object) -> tuple[T, bool]:
        """Compute a result."""
        return compute(), False


@dataclass(frozen=True, repr=False)
class Desk:
    """A fraud desk: a lake to fill with decisions, and the drift function over it."""

    lake: TestLake
    wired: Wiring
    clock: Clock
    visitor: Visitor
    admin: Visitor

    @property
    def uncached(self) -> DriftReports:
        """The reports without a cache."""
        queries = PinnedQueries(self.wired.athena.run, Uncached(), self.wired.table_states)  # type: ignore[arg-type] # see it
        return replace(self.wired.drift_reports, queries=queries)

    def get(self, path: str = "", **asked: str) -> Answer:
        """Ask the function as API Gateway does."""
        query = {name: [value] for name, value in asked.items()}
        return Answer.of(handler(rest_event("GET", PATH + path, query=query, token=self.visitor.token), context()))

    def ask(self, path: str, query: Mapping[str, Sequence[str]]) -> Answer:
        """Ask with parameters that occur several times."""
        return Answer.of(handler(rest_event("GET", PATH + path, query=query, token=self.visitor.token), context()))

    def freeze(self, body: Mapping[str, Any], *, token: str | None = None) -> Answer:
        """Freeze a baseline."""
        event = rest_event("POST", f"{PATH}/baselines", body=body, token=token or self.admin.token)
        return Answer.of(handler(event, context()))


@pytest.fixture(scope="package")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk with four weeks of decisions, of which the last two drift, and a few much later; nobody adds any."""
    with opening(tmp_path_factory.mktemp("athena")) as opened:
        opened.lake.keep_table(DataType.DECISIONS, table_of([*four_weeks(), *with_odd_names()]))
        opened.lake.keep(DataType.LABELS, labels())
        yield opened


@contextmanager
def opening(directory: Path) -> Iterator[Desk]:
    """Make a lake and a function over it."""
    with pytest.MonkeyPatch.context() as environment:
        for name, value in CREDENTIALS.items():
            environment.setenv(name, value)
        with mock_aws(), lake_with_athena(directory) as (lake, athena):
            environment.setenv("AWS_ENDPOINT_URL_ATHENA", athena)
            clock = Clock(NOW)
            wired = Wiring(lake.settings, clock)
            app.dependency_overrides[wiring] = lambda: wired
            visitor, admin = Visitor(wired.identity, Scope.FRAUD_READ), Visitor(wired.identity, Scope.ADMIN)
            yield Desk(lake, wired, clock, visitor, admin)
            app.dependency_overrides.clear()
