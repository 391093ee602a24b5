"""A lake of commit 3ca087d: the same answers, before and after the deliveries that it left waiting are merged."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from moto import mock_aws

from functions.manifest import HTTP_FUNCTIONS
from shared.app.http import BASE_PATH
from shared.app.wiring import Wiring, wiring
from tests.events.api_gateway import context, rest_event
from tests.fakes.clock import Clock
from tests.fakes.identities import Visitor
from tests.fakes.state_dump import merge_all, roll_up_all
from tests.functions.metrics.lake import lake_with_athena
from tests.moto_platform import CREDENTIALS
from tests.upgrade.old_lake import OldLake, comparable, migrate

LEFT = datetime(2025, 3, 1, 12, 10, tzinfo=UTC)
RECEIVED = {"time_range[start]": ["2025-02-28T00:00:00Z"], "time_range[end]": ["2025-03-05T00:00:00Z"]}


@dataclass(frozen=True)
class Upgraded:
    """The platform of today over the lake of that version."""

    wired: Wiring
    visitor: Visitor

    def call(self, method: str, path: str, **parts: Any) -> Any:
        """Send a request that succeeds, and return its data."""
        app = next(each.app() for each in HTTP_FUNCTIONS if path.startswith(PREFIXES.get(each.name, NO_PATH)))
        answer = app.resolve(rest_event(method, f"{BASE_PATH}{path}", token=self.visitor.token, **parts), context())
        assert answer["statusCode"] in {200, 201}, answer["body"]
        return orjson.loads(answer["body"])["data"]

    def get(self, path: str, query: Mapping[str, Sequence[str]]) -> Any:
        """Ask a question, and return the data of the answer."""
        return self.call("GET", path, query=query)


PREFIXES = {
    "ingest": "/ingest/",
    "metrics": "/analytics/metrics",
    "products": "/analytics/products/",
    "quality": "/data-quality/",
}
NO_PATH = "not a path: the other functions answer nothing that this version could"


@pytest.fixture(scope="module")
def old() -> OldLake:
    """The archive."""
    return OldLake()


@pytest.fixture
def upgraded(old: OldLake, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Upgraded]:
    """The platform of today over the lake as it was left."""
    with pytest.MonkeyPatch.context() as environment:
        for name, value in CREDENTIALS.items():
            environment.setenv(name, value)
        with mock_aws(), lake_with_athena(tmp_path_factory.mktemp("athena")) as (lake, athena):
            environment.setenv("AWS_ENDPOINT_URL_ATHENA", athena)
            old.restore(lake.settings)
            wired = Wiring(lake.settings, Clock(LEFT))
            migrate(wired)
            roll_up_all(wired)
            apps = [each.app() for each in HTTP_FUNCTIONS]
            for app in apps:
                app.dependency_overrides[wiring] = lambda: wired
            yield Upgraded(wired, Visitor(wired.identity))
            for app in apps:
                app.dependency_overrides.clear()


def test_every_answer_is_as_it_was(upgraded: Upgraded, old: OldLake) -> None:
    for asked in old.answers("as-left"):
        assert comparable(upgraded.get(asked["path"], asked["query"])) == comparable(asked["data"]), asked


def test_what_was_waiting_is_merged_with_the_same_outcome(upgraded: Upgraded, old: OldLake) -> None:
    merge_all(upgraded.wired)

    for asked in old.answers("after-merging"):
        assert comparable(upgraded.get(asked["path"], asked["query"])) == comparable(asked["data"]), asked


def test_the_ledger_stays_balanced_when_old_rows_are_sent_again_and_redriven(upgraded: Upgraded) -> None:
    merge_all(upgraded.wired)
    before = upgraded.get("/ingest/ledger", RECEIVED)["totals"]
    row = {"Nr": "till-20", "Datum": "2025-02-26T18:00:00Z", "SKU": "p-2", "Menge": 1, "Preis": "1.25"}

    upgraded.call(
        "POST",
        "/ingest/batch",
        body={"source_id": "till", "data_type": "transactions", "format": "json", "data": [row]},
    )
    received = {"start": "2025-03-01T00:00:00Z", "end": "2025-03-02T00:00:00Z"}
    redrive = upgraded.call("POST", "/ingest/quarantine/redrive", body={"time_range": received})
    merge_all(upgraded.wired)

    after = upgraded.get("/ingest/ledger", RECEIVED)["totals"]
    assert after["balanced"]
    assert (after["received"], after["duplicate"]) == (before["received"] + 1, before["duplicate"] + 1)
    assert (redrive["rows"], redrive["rejected"], after["quarantined"]) == (1, 1, before["quarantined"])
