"""Aggregates, gzip and whole request bodies on the stream: every record in them is counted, and counted once."""

import gzip
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson
import pytest

from shared.app.wiring import Wiring
from shared.ingestion.stream.consumer import consume_batch
from shared.ledger.entry import UNATTRIBUTED, LedgerEntry
from shared.records.schema import DataType
from tests.events.kinesis import kinesis_event
from tests.fakes.aggregates import BROKEN, aggregate_of
from tests.fakes.records import AT, GOOD, sale
from tests.fakes.state_dump import dump_state, merge_all, parquet_rows, table_rows


def _envelope(data: Mapping[str, Any], data_type: str = "transactions") -> bytes:
    return orjson.dumps({"source_id": "web-shop", "data_type": data_type, "timestamp": AT, "data": data})


def _body(*rows: Any, **fields: Any) -> bytes:
    return orjson.dumps(
        {"source_id": "web-shop", "data_type": "transactions", "format": "json", "data": rows, **fields}
    )


def _sales(*numbers: int) -> list[bytes]:
    return [_envelope(sale(number)) for number in numbers]


def _consume(wired: Wiring, payloads: Sequence[bytes], first: int = 0) -> list[LedgerEntry]:
    return consume_batch(kinesis_event(payloads, first=first)["Records"], wired.loader)


def _sold(wired: Wiring) -> list[int]:
    return sorted(int(row["transaction_id"][2:]) for row in table_rows(wired.settings, "transactions"))


def _quarantined(wired: Wiring) -> list[dict[str, Any]]:
    rows = [row for rows in parquet_rows(wired.settings, "quarantine/").values() for row in rows]
    return sorted(rows, key=lambda row: row["row"])


def _code(row: Mapping[str, Any]) -> str:
    code: str = orjson.loads(row["errors"])[0]["code"]
    return code


PACKED = {
    "one record": ([_envelope(sale(1))], 1),
    "an aggregate": ([aggregate_of(*_sales(1, 2, 3))], 3),
    "gzip": ([gzip.compress(_envelope(sale(1)))], 1),
    "gzip in an aggregate": ([aggregate_of(*map(gzip.compress, _sales(1, 2)))], 2),
    "a request body": ([_body(sale(1), sale(2), sale(3))], 3),
    "a request body in gzip": ([gzip.compress(_body(sale(1), sale(2)))], 2),
    "request bodies in an aggregate": ([aggregate_of(_body(sale(1), sale(2)), _envelope(sale(3)))], 3),
    "all of it": ([_envelope(sale(1)), aggregate_of(*_sales(2, 3)), _body(sale(4), sale(5)), *_sales(6)], 6),
    "10 000 records in one payload": ([gzip.compress(_body(*map(sale, range(1, 10_001))))], 10_000),
}


@pytest.mark.parametrize("name", PACKED)
def test_every_record_in_a_payload_is_loaded_and_counted(wired: Wiring, name: str) -> None:
    payloads, number = PACKED[name]

    (entry,) = _consume(wired, payloads)
    merge_all(wired)

    (kept,) = dump_state(wired.settings).ledger
    assert (entry.received, kept["received"], entry.quarantined) == (number, number, 0)
    assert _sold(wired) == list(range(1, number + 1))


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_aggregate_is_counted_and_its_neighbours_are_loaded(wired: Wiring, name: str) -> None:
    entries = _consume(wired, [*_sales(1), BROKEN[name], aggregate_of(*_sales(2, 3))])
    merge_all(wired)

    (row,) = _quarantined(wired)
    assert (row["row"], row["source_id"], _code(row)) == (1, UNATTRIBUTED, "aggregate")
    assert sorted((entry.source_id, entry.received, entry.quarantined) for entry in entries) == [
        (UNATTRIBUTED, 1, 1),
        ("web-shop", 3, 0),
    ]
    assert _sold(wired) == [1, 2, 3]


def test_bad_records_within_an_aggregate_are_counted_one_by_one(wired: Wiring) -> None:
    bomb = gzip.compress(bytes(1_000_000))

    entries = _consume(wired, [*_sales(1), aggregate_of(*_sales(2), b"broken", _envelope({"quantity": 1}), bomb)])
    merge_all(wired)

    assert [(row["row"], _code(row)) for row in _quarantined(wired)] == [(2, "json"), (3, "required"), (4, "gzip")]
    assert sum(entry.received for entry in entries) == 5
    assert _sold(wired) == [1, 2]


MALFORMED_BODIES = {
    "of more than 10 000 records": _body(*[{}] * 10_001),
    "of none": _body(),
    "of Parquet": _body(sale(1), format="parquet"),
    "of no format": orjson.dumps({"source_id": "web-shop", "data_type": "transactions", "data": [sale(1)]}),
    "of an unknown type": _body(sale(1), data_type="sales"),
}


@pytest.mark.parametrize("name", MALFORMED_BODIES)
def test_a_malformed_body_is_quarantined_whole(wired: Wiring, name: str) -> None:
    _consume(wired, [MALFORMED_BODIES[name], *_sales(2)])
    merge_all(wired)

    (row,) = _quarantined(wired)
    assert (row["row"], row["source_id"], _code(row)) == (0, UNATTRIBUTED, "envelope")
    assert orjson.loads(row["raw"]) == orjson.loads(MALFORMED_BODIES[name])
    assert _sold(wired) == [2]


def test_invalid_rows_of_a_body_are_quarantined_at_their_positions(wired: Wiring) -> None:
    _consume(wired, [*_sales(1), _body(sale(2), 7, {"quantity": 1}), *_sales(3), _body(sale(4), None)])
    merge_all(wired)

    assert [(row["row"], row["raw"]) for row in _quarantined(wired)] == [(2, "7"), (3, '{"quantity":1}'), (6, "null")]
    assert _sold(wired) == [1, 2, 3, 4]


def test_a_body_of_text_values_is_parsed_as_text_form(wired: Wiring) -> None:
    as_text = {name: str(value) for name, value in sale(2).items()}

    entries = _consume(wired, [_body(sale(1)), _body(as_text, format="csv")])
    merge_all(wired)

    assert [(entry.received, entry.quarantined) for entry in entries] == [(1, 0), (1, 0)]
    assert _sold(wired) == [1, 2]


def test_a_repeated_longer_packed_batch_counts_nothing_twice(wired: Wiring) -> None:
    run = [aggregate_of(*_sales(1), b"broken"), _body(sale(2), {}), gzip.compress(b"broken"), BROKEN["the mark alone"]]
    _consume(wired, run)
    merge_all(wired)
    before = dump_state(wired.settings)

    _consume(wired, run)
    merge_all(wired)
    assert dump_state(wired.settings) == before

    entries = _consume(wired, [*run, aggregate_of(*_sales(3)), _body({})])
    merge_all(wired)
    counted = {entry.delivery_id: entry for entry in entries}
    assert [entry["origin"] for entry in dump_state(wired.settings).ledger] == sorted(counted)
    assert sum(entry.received for entry in entries) == 8
    assert _sold(wired) == [1, 2, 3]


@pytest.mark.parametrize("packed", [bytes, gzip.compress, aggregate_of], ids=["plain", "gzip", "aggregate"])
def test_customers_in_a_body_leave_no_personal_data(wired: Wiring, packed: Callable[[bytes], bytes]) -> None:
    customer = {**GOOD[DataType.CUSTOMERS], "email": "ada@example.org"}
    wrong = _body({"email": "bob@example.org"}, data_type="customer")

    entries = _consume(wired, [packed(_body(customer, {"email": "bob@example.org"}, data_type="customers")), wrong])
    merge_all(wired)

    kept = dump_state(wired.settings)
    assert [(entry.received, entry.dropped_fields) for entry in entries] == [(2, 2), (1, 0)]
    assert not any("@" in repr(rows) for rows in (kept.base, kept.quarantine))


def test_highly_compressed_batches_are_split_deterministically(wired: Wiring) -> None:
    def body(first: int) -> bytes:
        note = "x" * 1500
        return gzip.compress(_body(*(sale(number, note=f"{number} {note}") for number in range(first, first + 6_000))))

    run = [body(first) for first in range(1, 24_001, 6_000)]

    entries = _consume(wired, run)
    again = _consume(wired, run)

    assert [entry.received for entry in entries] == [18_000, 6_000]
    assert [entry.delivery_id for entry in again] == [entry.delivery_id for entry in entries]
    merge_all(wired)
    assert len(_sold(wired)) == 24_000
