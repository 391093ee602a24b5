"""A real shop's clickstream through the stream gives the sessions and counts that its authors expect."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from functions.stream_consumer.handler import handler
from infra.local.demo.producer import StreamProducer
from shared.app.wiring import Wiring
from shared.ingestion.stream.producer import EVENT_STREAM
from tests.events.api_gateway import context
from tests.fakes.event_source import runs_of
from tests.fakes.state_dump import dump_state, merge_all, table_rows
from tests.snowplow import expected, needs_snowplow, records

if TYPE_CHECKING:
    from types_boto3_kinesis import KinesisClient

pytestmark = needs_snowplow

Row = Mapping[str, Any]
SEVERAL = 300
"""Records in a run, so that there are several of each shard."""


@pytest.fixture
def rows(deployed: Wiring) -> list[Row]:
    """The base rows, once all is on the stream, a part of it twice, and has been consumed and merged."""
    kinesis: KinesisClient = boto3.client("kinesis")
    stream = deployed.settings.name_of(EVENT_STREAM)
    sent = records()
    StreamProducer(kinesis, stream).put("snowplow-shop", "events", [*sent, *sent[:100]])
    for run in runs_of(kinesis, stream, SEVERAL):
        handler(run, context())
    merge_all(deployed)
    return list[Row](table_rows(deployed.settings, "events"))


def _events(found: Iterable[Row], *types: str) -> dict[str, int]:
    """How many of Snowplow's events of these types each session has."""
    events: defaultdict[str, set[str]] = defaultdict(set)
    for row in found:
        if row["event_type"] in types:
            events[row["session_id"]].add(row["event_id"].rpartition("-")[0])
    return {session: len(ids) for session, ids in events.items()}


def _counts(sessions: Iterable[Row], column: str) -> dict[str, int]:
    numbers = {each["domain_sessionid"]: int(float(each[column] or 0)) for each in sessions}
    return {session: number for session, number in numbers.items() if number}


def test_every_session_has_the_expected_steps(rows: list[Row]) -> None:
    sessions = expected("sessions")
    purchases = Counter(row["session_id"] for row in rows if row["event_type"] == "purchase")

    assert {row["session_id"] for row in rows} == {each["domain_sessionid"] for each in sessions}
    assert _events(rows, "product_view") == _counts(sessions, "number_product_views")
    assert _events(rows, "add_to_cart") == _counts(sessions, "number_add_to_carts")
    assert _events(rows, "remove_from_cart") == _counts(sessions, "number_remove_from_carts")
    assert _events(rows, "purchase") == _counts(sessions, "number_product_transactions")
    assert _events(rows, "checkout", "purchase") == _counts(sessions, "number_checkout_steps_visited")
    assert purchases == _counts(sessions, "total_transacted_products")


def test_every_touched_product_occurs_once(rows: list[Row]) -> None:
    touched = expected("product_interactions")
    views = [each for each in touched if each["is_product_view"] == "True"]
    added = [each for each in touched if each["is_add_to_cart"] == "True"]

    steps = Counter(row["event_type"] for row in rows)

    assert steps["product_view"] == len(views)
    assert steps["add_to_cart"] == len(added)
    assert steps["remove_from_cart"] == len([each for each in touched if each["is_remove_from_cart"] == "True"])
    assert steps["purchase"] == len([each for each in touched if each["is_product_transaction"] == "True"])
    assert Counter(row["product_id"] for row in rows if row["event_type"] == "product_view") == Counter(
        each["product_id"] for each in views
    )


def test_carts_checkouts_and_orders_are_as_expected(rows: list[Row]) -> None:
    orders = {row["order_id"]: row["session_id"] for row in rows if row["event_type"] == "purchase"}

    carts = _events(rows, "add_to_cart", "remove_from_cart", "purchase")

    assert carts == Counter(each["domain_sessionid"] for each in expected("cart_interactions"))
    assert _events(rows, "checkout", "purchase") == Counter(
        each["domain_sessionid"] for each in expected("checkout_interactions")
    )
    assert orders == {each["transaction_id"]: each["domain_sessionid"] for each in expected("transaction_interactions")}


def test_the_ledger_counts_every_record_put_on_the_stream(rows: list[Row], deployed: Wiring) -> None:
    (source,) = dump_state(deployed.settings).sources

    sent = len(records()) + 100
    told = {name: int(source[name]) for name in ("received", "loaded", "duplicate", "conflict", "quarantined")}
    assert told == {"received": sent, "loaded": sent - 100, "duplicate": 100, "conflict": 0, "quarantined": 0}
    assert len(rows) == len({record["event_id"] for record in records()})
