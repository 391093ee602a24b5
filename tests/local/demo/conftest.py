from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from infra.local.demo.scenario import DemoDelivery, Scenario, demo

END = datetime(2026, 11, 22, 13, 37, tzinfo=UTC)


@dataclass(frozen=True)
class Story:
    """A demo generated once for all tests that only read it."""

    scenario: Scenario
    deliveries: list[DemoDelivery]
    records: dict[str, list[dict[str, Any]]]

    @property
    def sold(self) -> list[dict[str, Any]]:
        return [line for line in self.records["transactions"] if line["quantity"] > 0]

    @property
    def returned(self) -> list[dict[str, Any]]:
        return [line for line in self.records["transactions"] if line["quantity"] < 0]


@pytest.fixture(scope="session")
def story() -> Story:
    scenario = demo(end=END)
    deliveries = list(scenario.deliveries())
    records: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for delivery in deliveries:
        records[delivery.data_type] += delivery.records
    return Story(scenario, deliveries, dict(records))
