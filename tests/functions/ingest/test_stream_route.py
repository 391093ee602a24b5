"""POST /ingest/stream: one valid record is put on the event stream, in the form that producers use."""

from typing import Any

import boto3
import orjson
import pytest

from shared.app.wiring import Wiring
from shared.ingestion.stream.consumer import consume_batch
from shared.ingestion.stream.producer import EVENT_STREAM
from shared.records.schema import DataType
from tests.events.kinesis import kinesis_event
from tests.fakes.records import AT, GOOD, good, sale
from tests.fakes.state_dump import base_rows, merge_all
from tests.functions.ingest.conftest import Call


def _record(data: Any, data_type: str = "transactions", **fields: Any) -> dict[str, Any]:
    return {"source_id": "web-shop", "data_type": data_type, "timestamp": AT, "data": data} | fields


def _on_stream(wired: Wiring) -> list[bytes]:
    kinesis, name = boto3.client("kinesis"), wired.settings.name_of(EVENT_STREAM)
    found = []
    for shard in kinesis.list_shards(StreamName=name)["Shards"]:
        start = kinesis.get_shard_iterator(StreamName=name, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON")[
            "ShardIterator"
        ]
        found += [record["Data"] for record in kinesis.get_records(ShardIterator=start)["Records"]]
    return found


@pytest.mark.parametrize("data_type", DataType)
def test_a_record_reaches_the_base_through_the_stream(wired: Wiring, call: Call, data_type: DataType) -> None:
    answer = call("POST", "/ingest/stream", body=_record(GOOD[data_type], data_type))
    consume_batch(kinesis_event(_on_stream(wired))["Records"], wired.loader)
    merge_all(wired)

    assert answer.status == 202
    assert answer.data["status"] == "accepted"
    assert answer.data["record_id"].startswith("shardId-")
    assert answer.data["timestamp"] == AT
    assert answer.data["processing_latency_ms"] > 0
    assert {name: len(rows) for name, rows in base_rows(wired.settings).items()} == {data_type: 1}


def test_the_route_puts_the_same_message_as_a_producer(wired: Wiring, call: Call) -> None:
    call("POST", "/ingest/stream", body=_record(sale(1), correlation_id="c-1"))

    (data,) = _on_stream(wired)
    assert orjson.loads(data) == _record(sale(1), correlation_id="c-1")


def test_every_invalid_field_of_the_record_is_named_and_nothing_put(wired: Wiring, call: Call) -> None:
    answer = call(
        "POST", "/ingest/stream", body=_record(sale(1, quantity="x", currency="?", status=None, unit_price=-1))
    )

    assert (answer.status, answer.code) == (400, "VALIDATION_ERROR")
    assert answer.fields.keys() == {"data.quantity", "data.currency", "data.unit_price"}
    assert _on_stream(wired) == []


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"source_id": "x"}, "source_id"),
        ({"data_type": "sales"}, "data_type"),
        ({"timestamp": "soon"}, "timestamp"),
        ({"timestamp": "0001-01-01T00:00:00+05:00"}, "timestamp"),
        ({"data": {}}, "data"),
        ({"data": [1]}, "data"),
        ({"correlation_id": "x" * 201}, "correlation_id"),
    ],
)
def test_every_invalid_envelope_field_is_named(call: Call, fields: dict[str, Any], named: str) -> None:
    answer = call("POST", "/ingest/stream", body=_record(sale(1)) | fields)

    assert (answer.status, list(answer.fields)) == (400, [named])


def test_a_record_over_a_megabyte_is_too_large(call: Call) -> None:
    answer = call("POST", "/ingest/stream", body=_record(sale(1, note="x" * 1024 * 1024)))

    assert (answer.status, answer.code) == (413, "PAYLOAD_TOO_LARGE")


def test_the_record_time_overrides_the_envelope_time(wired: Wiring, call: Call) -> None:
    timeless = {name: value for name, value in GOOD[DataType.ORDERS].items() if name != "timestamp"}
    call("POST", "/ingest/stream", body=_record(timeless, "orders", timestamp="2025-02-01T02:00:00+01:00"))
    call(
        "POST", "/ingest/stream", body=_record(good(DataType.ORDERS, order_id="o-2"), "orders", timestamp="2025-02-02")
    )

    consume_batch(kinesis_event(sorted(_on_stream(wired)))["Records"], wired.loader)
    merge_all(wired)

    times = {
        row["order_id"]: row["timestamp"].isoformat() for rows in base_rows(wired.settings).values() for row in rows
    }
    assert times == {"o-1": "2025-02-01T01:00:00", "o-2": "2025-02-27T10:15:00"}
