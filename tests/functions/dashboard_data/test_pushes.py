"""Reference rates that are loaded change amounts for those who watch them."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from shared.app.wiring import Wiring
from shared.currency.rates import ReferenceRates
from tests.fakes.heard_events import published
from tests.fakes.live_clients import LiveClients
from tests.fakes.websocket_gateway import running_gateway
from tests.functions.dashboard_data.conftest import Platform
from tests.functions.dashboards.conftest import widget

REVENUE: dict[str, Any] = {"source": "metrics", "metric_type": "revenue", "time_window": "30d"}
IN_DOLLARS: dict[str, Any] = {**REVENUE, "filters": {"currency": "USD"}}


@pytest.fixture
def live(platform: Platform) -> Iterator[LiveClients]:
    """Clients of the platform."""
    with running_gateway() as gateway:
        settings = replace(platform.wired.settings, emulator_url=gateway.url)
        yield LiveClients(Wiring(settings, platform.clock), gateway, platform.clock)


def watch(platform: Platform, live: LiveClients, *widgets: Any) -> str:
    """Watch a dashboard of widgets whose answers are remembered, and read the first message."""
    made = platform.user.make(widgets=list(widgets))
    platform.data(made)
    client = live.connect(f"dashboards/{made['dashboard_id']}", visitor=platform.user.visitor)
    live.received(client)
    return client


def test_rates_change_amounts_of_other_currencies(platform: Platform, live: LiveClients) -> None:
    both = watch(platform, live, widget("all", **REVENUE), widget("dollars", at=1, **IN_DOLLARS))
    unconcerned = watch(platform, live, widget("dollars", **IN_DOLLARS))
    wired = live.wired
    rates = ReferenceRates(
        wired.lake,
        wired.lake_tables,
        wired.table_states,
        wired.clock,
        reporting_currency="USD",
        events=wired.platform_events,
    )

    with published(wired.clients.events) as events:
        rates.load("rates.csv", b"Date,USD\n2024-01-01,1.5\n")
    wired.pusher.push(events)

    (update,) = live.received(both)
    shown = platform.show(widget("all", **REVENUE))["data"]["all"]["data"]
    assert update["widget_id"] == "all"
    assert update["data"]["summary"] == shown["summary"]
    assert live.received(unconcerned) == []
