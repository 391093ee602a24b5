"""Half of the sales are sent through Kinesis by a plain producer, among unreadable records."""

import base64
from dataclasses import dataclass
from typing import Any

import orjson
import pytest

from tests.local.conftest import RunningPlatform
from tests.local.end_to_end.athena import ask
from tests.local.end_to_end.client import Client, connected, counted, sale
from tests.local.end_to_end.oracle import Oracle, values
from tests.local.end_to_end.producer import message, put
from tests.online_retail import lines, needs_online_retail

pytestmark = needs_online_retail

FIRST, CUT = 80_000, 12_000  # of February 2011, where no other test sends
START, END = "2011-02-01", "2011-02-20"
STREAMED, POSTED = "uk-gift-shop-stream", "uk-gift-shop-rest"
GERMANY = {"filters[region][]": ["Germany"]}

GOOD = message(STREAMED, sale("s-1", "2011-02-18", currency="GBP"))
JSON, ENVELOPE = "json", "envelope"
MALFORMED = {
    b"tally-e2e-not-json {": (JSON, "not valid JSON"),
    b"\xff\xfe tally-e2e-not-text": (JSON, "not valid JSON"),
    b"\0" * 1_000_000: (JSON, "not valid JSON"),
    b'{"tally-e2e-deep":' + b"[" * 5_000 + b"]" * 5_000 + b"}": (JSON, "not valid JSON"),
    GOOD.replace(b'"1.00"', b"NaN"): (JSON, "not valid JSON"),
    GOOD.replace(b'"1.00"', b"-Infinity"): (JSON, "not valid JSON"),
    GOOD.replace(b'"quantity": 1', b'"quantity": 1, "quantity": 2'): (JSON, "duplicate key 'quantity'"),
    b'["tally-e2e-no-object"]': (ENVELOPE, "record: Input should be"),
    GOOD.replace(b'"source_id"', b'"source"'): (ENVELOPE, "source_id: Field required"),
    GOOD.replace(STREAMED.encode(), b"no/source"): (ENVELOPE, "source_id: "),
    GOOD.replace(b'"transactions"', b'"gifts"'): (ENVELOPE, "data_type: "),
    GOOD.replace(b'"timestamp": "2011-02-18T12:00:00Z", "data"', b'"data"'): (ENVELOPE, "timestamp: Field required"),
}
INVALID = {
    "too dear": sale("bad-1", "2011-02-18", unit_price="-1"),
    "no product": {**sale("bad-2", "2011-02-18"), "product_id": ""},
    "in the future": sale("bad-3", "2999-01-01"),
    "many": {**sale("bad-4", "2011-02-18"), "quantity": "many", "currency": "pounds"},
}


@dataclass(frozen=True)
class Delivered:
    """The ledger totals of both halves, and the figures of the file."""

    streamed: dict[str, Any]
    posted: dict[str, Any]
    oracle: Oracle


@pytest.fixture(scope="module")
def delivered(platform: RunningPlatform) -> Delivered:
    """Send every other line by stream, bad records strewn among them, and the others by batch."""
    records = list(lines(CUT, first=FIRST))
    payloads = [message(STREAMED, record) for record in records[::2]]
    bad = [*MALFORMED, *(message(STREAMED, record) for record in INVALID.values())]
    for place, payload in enumerate(bad):
        payloads.insert(place * 377, payload)
    with connected(platform) as client:
        put(platform, payloads)
        client.send_all(POSTED, records[1::2])
        streamed = client.ledger_of(STREAMED, len(records) // 2 + len(INVALID))
        return Delivered(streamed, client.ledger_of(POSTED, len(records) // 2), Oracle.of_lines(CUT, first=FIRST))


@pytest.mark.parametrize("granularity", ["daily", "weekly", "monthly"])
@pytest.mark.parametrize("country", [None, "Germany"], ids=["all", "germany"])
def test_both_halves_together_equal_the_file(
    client: Client, delivered: Delivered, granularity: str, country: str | None
) -> None:
    sold = delivered.oracle.of_countries(country) if country else delivered.oracle
    query: dict[str, Any] = {"filters[currency]": "GBP"} | ({"filters[region][]": [country]} if country else {})

    revenue, transactions, order_value = (
        client.metric(metric, START, END, granularity=granularity, **query)
        for metric in ("revenue", "transactions", "average_order_value")
    )

    assert values(revenue) == {bucket: value for bucket, value in sold.revenue(granularity).items() if value}
    assert values(transactions) == sold.transactions(granularity)
    assert values(order_value) == {
        bucket: value for bucket, value in sold.average_order_value(granularity).items() if value
    }
    assert order_value["summary"]["total"] == sold.order_value()


def test_invalid_records_lose_no_neighbour(delivered: Delivered) -> None:
    assert counted(delivered.streamed) == {"loaded": CUT // 2, "quarantined": len(INVALID)}
    assert counted(delivered.posted) == {"loaded": CUT // 2}


def test_errors_of_source_records_are_in_the_quarantine(platform: RunningPlatform, delivered: Delivered) -> None:
    rows = ask(platform, "SELECT raw, errors FROM quarantine WHERE source_id = ?", f"'{STREAMED}'")

    reasons = {
        orjson.loads(row["raw"])["transaction_id"]: {each["field"] for each in orjson.loads(row["errors"])}
        for row in rows
    }
    assert len(rows) == delivered.streamed["quarantined"]
    assert reasons == {
        "bad-1": {"/unit_price"},
        "bad-2": {"/product_id"},
        "bad-3": {"/timestamp"},
        "bad-4": {"/quantity", "/currency"},
    }


def test_records_without_a_source_are_in_the_quarantine_with_their_error(
    platform: RunningPlatform, delivered: Delivered
) -> None:
    rows = ask(
        platform,
        """SELECT substr(raw, 1, 400) AS raw, json_extract_scalar(errors, '$[0].code') AS code,
            json_extract_scalar(errors, '$[0].message') AS message
        FROM quarantine WHERE source_id = ? AND data_type = ?""",
        "'unattributed'",
        "'unknown'",
    )

    assert delivered
    found = {row["raw"]: (row["code"], row["message"]) for row in rows}
    for payload, (code, reason) in MALFORMED.items():
        told = found[kept(payload, code)[:400]]
        assert told[0] == code
        assert told[1].startswith(reason)


def kept(payload: bytes, code: str) -> str:
    """Return what the quarantine keeps of a record: its text, or base64 where it is none; spaces of JSON are lost."""
    if code == ENVELOPE:
        return orjson.dumps(orjson.loads(payload)).decode()
    try:
        return payload.decode()
    except UnicodeDecodeError:
        return base64.b64encode(payload).decode()
