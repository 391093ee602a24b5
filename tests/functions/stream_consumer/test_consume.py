"""Runs of the event stream: good records are loaded, bad ones quarantined with reasons, neighbours never lost."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import orjson
import pytest

from functions.stream_consumer.handler import handler
from shared.app.wiring import Wiring
from shared.ingestion.models import StreamIngestionRequest
from shared.ingestion.stream.consumer import consume_batch
from shared.ledger.entry import UNATTRIBUTED, LedgerEntry
from shared.ledger.store import LEDGER_TABLE
from shared.records.schema import DataType
from tests.events.api_gateway import context
from tests.events.kinesis import kinesis_event, kinesis_record
from tests.fakes.clock import Clock
from tests.fakes.records import AT, GOOD, NOW, good, sale
from tests.fakes.state_dump import base_rows, dump_state, merge_all, parquet_rows, table_rows


def _envelope(data: Mapping[str, Any], data_type: str = "transactions", **fields: Any) -> dict[str, Any]:
    return {"source_id": "web-shop", "data_type": data_type, "timestamp": AT, "data": data, **fields}


def _consume(wired: Wiring, payloads: Sequence[Any], first: int = 0) -> list[LedgerEntry]:
    return consume_batch(kinesis_event(payloads, first=first)["Records"], wired.loader)


def _quarantined(wired: Wiring) -> list[dict[str, Any]]:
    return [row for rows in parquet_rows(wired.settings, "quarantine/").values() for row in rows]


def _sold(wired: Wiring) -> list[str]:
    return sorted(row["transaction_id"] for row in table_rows(wired.settings, "transactions"))


MALFORMED: dict[str, tuple[Any, str]] = {
    "no JSON": (b"hello", "json"),
    "nothing": (b"", "json"),
    "a megabyte of zeros": (bytes(1024 * 1024), "json"),
    "no UTF-8": (b"\xff\xfe{}", "json"),
    "brackets too deep": (b"[" * 100_000, "json"),
    "objects too deep": (b'{"a":' * 500 + b"1" + b"}" * 500, "json"),
    "NaN": (orjson.dumps(_envelope(sale(9))).replace(b"9.99", b"NaN"), "json"),
    "infinity": (orjson.dumps(_envelope(sale(9))).replace(b"9.99", b"1e400"), "json"),
    "a key twice": (b'{"source_id":"web-shop","source_id":"web-shop"}', "json"),
    "a long key twice": (b'{"' + b"k" * 500_000 + b'":1,"' + b"k" * 500_000 + b'":1}', "json"),
    "a key twice, deep inside": (orjson.dumps(_envelope(sale(9))).replace(b'"quantity":2', b'"a":1,"a":2'), "json"),
    "no object": ([1, 2, 3], "envelope"),
    "null": (None, "envelope"),
    "no data": ({"source_id": "web-shop", "data_type": "orders", "timestamp": AT}, "envelope"),
    "empty data": (_envelope({}), "envelope"),
    "data of another kind": (_envelope([sale(9)]), "envelope"),  # type: ignore[arg-type] # wrong on purpose
    "wrong source id": (_envelope(sale(9), source_id="../../etc"), "envelope"),
    "wrong type": (_envelope(sale(9), data_type="sales"), "envelope"),
    "no time": (_envelope(sale(9), timestamp="yesterday"), "envelope"),
    "a time before all times": (_envelope(sale(9), timestamp="0001-01-01T00:00:00+05:00"), "envelope"),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_record_is_quarantined_with_its_reason_and_its_neighbours_are_loaded(
    wired: Wiring, name: str
) -> None:
    payload, code = MALFORMED[name]

    entries = _consume(wired, [_envelope(sale(1)), payload, _envelope(sale(2))])
    merge_all(wired)

    (row,) = _quarantined(wired)
    assert _sold(wired) == ["t-1", "t-2"]
    assert (row["row"], row["source_id"], orjson.loads(row["errors"])[0]["code"]) == (1, UNATTRIBUTED, code)
    assert [entry.in_flight for entry in entries] == [2, 0]


def test_a_new_delivery_reads_its_entry_once(wired: Wiring) -> None:
    tables = list[str]()
    wired.clients.dynamodb.meta.events.register(
        "provide-client-params.dynamodb.BatchGetItem", lambda params, **_: tables.extend(params["RequestItems"])
    )

    _consume(wired, [_envelope(sale(1)), _envelope(sale(2))])

    assert tables.count(wired.settings.name_of(LEDGER_TABLE)) == 1


def test_invalid_base64_is_quarantined_unchanged(wired: Wiring) -> None:
    records = [kinesis_record("§ not base64 §"), *kinesis_event([_envelope(sale(1))], first=1)["Records"]]

    consume_batch(records, wired.loader)
    merge_all(wired)

    (row,) = _quarantined(wired)
    assert (row["raw"], orjson.loads(row["errors"])[0]["code"]) == ("§ not base64 §", "base64")
    assert _sold(wired) == ["t-1"]


ILL_FITTING: dict[str, tuple[DataType, dict[str, Any], str]] = {
    "wrong schema": (DataType.TRANSACTIONS, {"hello": "world"}, "/transaction_id"),
    "a whole number beyond 64 bits": (DataType.ORDERS, good(DataType.ORDERS, item_count=2**63), "/item_count"),
    "an amount that rounds over its bound": (
        DataType.ORDERS,
        good(DataType.ORDERS, total_amount="999999999999.9999999"),
        "/total_amount",
    ),
    "a time beyond all times": (
        DataType.CUSTOMERS,
        good(DataType.CUSTOMERS, registered_at="9999-12-31T23:59:59-05:00"),
        "/registered_at",
    ),
    "1e308": (DataType.TRANSACTIONS, sale(9, quantity=1e308), "/quantity"),
    "names of half a megabyte": (
        DataType.DECISIONS,
        good(DataType.DECISIONS, attributions={"k" * 500_000: "x"}),
        "/attributions/" + "k" * 200,
    ),
}


@pytest.mark.parametrize("name", ILL_FITTING)
def test_an_invalid_record_is_quarantined_for_its_source(wired: Wiring, name: str) -> None:
    data_type, record, field = ILL_FITTING[name]

    (entry,) = _consume(wired, [_envelope(record, data_type), _envelope(GOOD[data_type], data_type)])
    merge_all(wired)

    (row,) = _quarantined(wired)
    assert orjson.loads(row["raw"]).items() >= record.items()
    assert field in [error["field"] for error in orjson.loads(row["errors"])]
    assert (entry.quarantined, entry.source_id) == (1, "web-shop")
    assert [len(rows) for rows in base_rows(wired.settings).values()] == [1]


def test_mixed_sources_and_types_are_accounted_for_separately(wired: Wiring) -> None:
    payloads = [
        _envelope(sale(1)),
        _envelope(GOOD[DataType.ORDERS], "orders"),
        _envelope(sale(2), source_id="till-7"),
        _envelope(sale(3)),
    ]

    entries = _consume(wired, payloads)
    merge_all(wired)

    assert sorted((entry.source_id, entry.data_type, entry.received) for entry in entries) == [
        ("till-7", "transactions", 1),
        ("web-shop", "orders", 1),
        ("web-shop", "transactions", 2),
    ]
    assert _sold(wired) == ["t-1", "t-2", "t-3"]


def test_a_repeated_batch_counts_nothing_twice(wired: Wiring) -> None:
    payloads = [_envelope(sale(1)), b"broken", _envelope(sale(2)), _envelope({"quantity": 1})]
    _consume(wired, payloads)
    merge_all(wired)
    before = dump_state(wired.settings)

    _consume(wired, payloads)
    merge_all(wired)

    assert dump_state(wired.settings) == before


def test_a_batch_repeated_after_later_merges_counts_nothing_twice(wired: Wiring) -> None:
    _consume(wired, [_envelope(sale(1)), _envelope(sale(2))])
    merge_all(wired)
    _consume(wired, [_envelope(sale(3)), _envelope(sale(1))], first=50)
    merge_all(wired)
    before = dump_state(wired.settings)

    _consume(wired, [_envelope(sale(1)), _envelope(sale(2))])
    merge_all(wired)

    after = dump_state(wired.settings)
    assert (after.ledger, after.sources) == (before.ledger, before.sources)
    assert _sold(wired) == ["t-1", "t-2", "t-3"]


@pytest.mark.parametrize("merged_in_between", [False, True])
def test_a_repeated_batch_with_more_records_balances(wired: Wiring, *, merged_in_between: bool) -> None:
    payloads = [_envelope(sale(1)), _envelope({"quantity": 1}), b"broken"]
    _consume(wired, payloads)
    if merged_in_between:
        merge_all(wired)

    entries = _consume(wired, [*payloads, _envelope(sale(2)), b"broken too"])
    merge_all(wired)

    kept = [wired.ledger.get(entry.delivery_id) for entry in entries]
    assert [(entry.received, entry.outcomes.loaded, entry.quarantined, entry.in_flight) for entry in kept if entry] == [
        (2, 1, 1, 0),
        (1, 1, 0, 0),
        (2, 0, 2, 0),
    ]
    assert _sold(wired) == ["t-1", "t-2"]
    assert dump_state(wired.settings).incoming == []


@pytest.mark.parametrize("merged_in_between", [False, True])
def test_a_repeated_batch_with_fewer_records_leaves_the_rest_to_the_next(
    wired: Wiring, *, merged_in_between: bool
) -> None:
    _consume(wired, [_envelope(sale(1)), _envelope(sale(2)), _envelope(sale(3)), b"broken"])
    if merged_in_between:
        merge_all(wired)

    _consume(wired, [_envelope(sale(1)), _envelope(sale(2))])
    _consume(wired, [_envelope(sale(3)), b"broken", _envelope(sale(4))], first=2)
    merge_all(wired)

    sources = {each["source_id"]: each for each in dump_state(wired.settings).sources}
    told = {name: int(sources["web-shop"][name]) for name in ("received", "loaded", "duplicate", "quarantined")}
    assert told == {"received": 5, "loaded": 4, "duplicate": 1, "quarantined": 0}
    assert int(sources[UNATTRIBUTED]["received"]) == int(sources[UNATTRIBUTED]["quarantined"]) == 2
    assert _sold(wired) == ["t-1", "t-2", "t-3", "t-4"]


@pytest.mark.parametrize("data_type", DataType)
def test_a_producer_record_becomes_the_same_row_as_an_api_record(wired: Wiring, data_type: DataType) -> None:
    own = _envelope(GOOD[data_type], data_type)
    from_api = StreamIngestionRequest.model_validate(own).model_dump(mode="json")

    _consume(wired, [own])
    merge_all(wired)
    by_producer = dump_state(wired.settings).base
    _consume(wired, [from_api])
    merge_all(wired)

    assert dump_state(wired.settings).base == by_producer
    assert len(by_producer) == 1


def test_a_record_without_a_time_takes_the_envelope_time(wired: Wiring) -> None:
    timeless = {name: value for name, value in sale(1).items() if name != "timestamp"}

    _consume(wired, [_envelope(timeless, timestamp="2025-02-01T01:02:03+01:00")])
    merge_all(wired)

    ((row,),) = base_rows(wired.settings).values()
    assert row["timestamp"].isoformat() == "2025-02-01T00:02:03"


def test_every_row_has_the_arrival_time_of_its_record(wired: Wiring) -> None:
    _consume(wired, [_envelope(sale(1)), _envelope({"quantity": 1}), _envelope(sale(2))])
    merge_all(wired)

    (rows,) = base_rows(wired.settings).values()
    arrived = {row["transaction_id"]: row["ingested_at"] for row in rows}
    assert arrived["t-1"] == NOW.replace(tzinfo=None)
    assert arrived["t-2"] - arrived["t-1"] == timedelta(milliseconds=2)


def test_malformed_customer_envelopes_leave_no_personal_data(wired: Wiring) -> None:
    customer = good(DataType.CUSTOMERS, email="ada@example.org", contact={"phone": "555-0100"})

    _consume(wired, [_envelope(customer, "customers", source_id="?"), _envelope(customer, "customer")])

    assert len(_quarantined(wired)) == 2
    assert not any("ada@" in row["raw"] or "555-0100" in row["raw"] for row in _quarantined(wired))


def test_a_repeated_record_is_validated_against_its_first_arrival(wired: Wiring, clock: Clock) -> None:
    ahead = _envelope(sale(1, timestamp=(NOW + timedelta(minutes=6)).isoformat()))
    _consume(wired, [ahead])
    before = dump_state(wired.settings)

    clock.pass_by(timedelta(minutes=5))
    _consume(wired, [ahead])

    assert dump_state(wired.settings).quarantine == before.quarantine
    assert dump_state(wired.settings).incoming == []


def test_the_function_takes_a_batch_and_returns_nothing(deployed: Wiring) -> None:
    answer = handler(kinesis_event([_envelope(sale(1)), b"broken"]), context())
    merge_all(deployed)

    assert answer is None
    assert _sold(deployed) == ["t-1"]
