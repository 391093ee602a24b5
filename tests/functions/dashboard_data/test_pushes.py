"""Changes reach those who watch them, and what their answers are made from is read once for all questions."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.app.wiring import Wiring
from shared.currency.rates import ReferenceRates
from shared.dashboards.answers import WIDGET_ANSWERS_TABLE
from shared.ingestion.stream.positions import STREAM_POSITIONS_TABLE
from shared.ingestion.uploads.store import UPLOADS_TABLE
from shared.lake.catalog.states import TABLE_STATES
from shared.ledger.store import LEDGER_TABLE, SOURCES_TABLE
from shared.records.schema import DataType
from tests.fakes.deliveries import delivery
from tests.fakes.heard_events import published
from tests.fakes.live_clients import LiveClients, event_message
from tests.fakes.websocket_gateway import running_gateway
from tests.functions.dashboard_data.conftest import Platform, line
from tests.functions.dashboards.conftest import widget

REVENUE: dict[str, Any] = {"source": "metrics", "metric_type": "revenue", "time_window": "30d"}
IN_DOLLARS: dict[str, Any] = {**REVENUE, "filters": {"currency": "USD"}}


@pytest.fixture
def live(platform: Platform) -> Iterator[LiveClients]:
    """Clients of the platform, which leave at the end."""
    with running_gateway() as gateway:
        settings = replace(platform.wired.settings, emulator_url=gateway.url)
        clients = LiveClients(Wiring(settings, platform.clock), gateway, platform.clock)
        yield clients
        for each in list(clients.wired.connections.listeners()):
            clients.wired.connections.remove(each.connection_id)


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


def test_what_is_renewed_at_an_interval_is_what_the_route_answers(platform: Platform, live: LiveClients) -> None:
    settings = replace(live.wired.settings, dashboard_renewal=timedelta(minutes=1))
    live = LiveClients(Wiring(settings, platform.clock), live.gateway, platform.clock)
    of_day: dict[str, Any] = {"metric_type": "revenue", "time_window": "24h"}
    client = watch(platform, live, widget("revenue", **of_day))
    merged = event_message("tally.lake", "table committed", {"data_type": "transactions"})
    live.wired.pusher.push([merged])
    live.received(client)

    for number in range(3):
        platform.sell(f"t-minute-{number}", unit_price=1000)
        live.wired.pusher.push([merged])
    within = live.received(client)
    platform.clock.pass_by(timedelta(minutes=1))
    live.wired.pusher.push(live.pushed())

    (update,) = live.received(client)
    shown = platform.show(widget("revenue", **of_day))["data"]["revenue"]["data"]
    assert within == []
    assert update["data"]["summary"] == shown["summary"]


@contextmanager
def reads(live: LiveClients) -> Iterator[Counter[str]]:
    """Count how often each table is read inside; of the states of tables, how often each of them is."""
    found = Counter[str]()

    def look(params: dict[str, Any], **_: Any) -> None:
        for table, asked in params.get("RequestItems", {params.get("TableName"): {}}).items():
            found.update([table, *(f"{table} {key}" for key in asked.get("Keys", ()))])

    clients = (live.wired.clients.dynamodb, live.wired.clients.best_effort_dynamodb)
    hooks = [f"provide-client-params.dynamodb.{each}" for each in ("GetItem", "BatchGetItem", "Query", "Scan")]
    for each in clients:
        for hook in hooks:
            each.meta.events.register(hook, look)
    yield found
    for each in clients:
        for hook in hooks:
            each.meta.events.unregister(hook, look)


def test_what_answers_are_made_from_is_read_once_for_all_questions(platform: Platform, live: LiveClients) -> None:
    asked: list[dict[str, Any]] = [
        {"source": "metrics", "metric_type": each, "time_window": "24h"} for each in ("revenue", "transactions")
    ]
    products: dict[str, Any] = {"source": "products", "time_window": "24h"}
    first = watch(platform, live, widget("one", **asked[0]), widget("two", at=1, **asked[1]))
    second = watch(platform, live, widget("three", "table", **products))
    platform.sell("t-watched", unit_price=1000)
    on_its_way = delivery(
        DataType.TRANSACTIONS, [line("t-on-its-way", platform.clock())], origin="on-its-way", at=platform.clock()
    )
    platform.wired.loader.load(on_its_way)

    with reads(live) as found:
        live.wired.pusher.push([event_message("tally.lake", "table committed", {"data_type": "transactions"})])

    names = {table: live.wired.name_of(table) for table in (LEDGER_TABLE, WIDGET_ANSWERS_TABLE, TABLE_STATES)}
    once = [live.wired.name_of(table) for table in (SOURCES_TABLE, STREAM_POSITIONS_TABLE)]
    states = {key: times for key, times in found.items() if key.startswith(f"{names[TABLE_STATES]} ")}
    assert found[names[WIDGET_ANSWERS_TABLE]] == 3  # one for each question
    assert [found[each] for each in once] == [1, 1]
    assert found[live.wired.name_of(UPLOADS_TABLE)] == len(DataType)  # the unfinished of each type
    assert found[names[LEDGER_TABLE]] == 2  # the index, and the delivery that it names
    assert len(states) > 1
    assert set(states.values()) == {1}
    updates = {each["widget_id"]: each["data"] for client in (first, second) for each in live.received(client)}
    shown = platform.show(
        *(widget(name, at=place, **each) for place, (name, each) in enumerate(zip(("one", "two"), asked, strict=True)))
    )
    assert {name: updates[name]["summary"] for name in ("one", "two")} == {
        name: each["data"]["summary"] for name, each in shown["data"].items()
    }
    assert "three" in updates
