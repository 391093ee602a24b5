"""Every data type can be sent by batch and by stream, and read with Athena."""

from typing import Any

import pytest

from tests.local.conftest import RunningPlatform
from tests.local.end_to_end.athena import ask
from tests.local.end_to_end.client import Client, counted, data_of

BATCHED, STREAMED = "every-type-batch", "every-type-stream"
DAY = "2019-05-06"
AT = f"{DAY}T10:00:00Z"
DECISION = {"decision_id": "d-{n}", "timestamp": AT, "score": 0.25, "outcome": "approve"}
RECORDS: dict[str, dict[str, Any]] = {
    "transactions": {
        "transaction_id": "t-{n}",
        "timestamp": AT,
        "product_id": "p",
        "quantity": 2,
        "unit_price": "1.50",
        "currency": "NOK",
    },
    "orders": {"order_id": "o-{n}", "timestamp": AT, "status": "placed", "total_amount": 3, "item_count": 2},
    "products": {"product_id": "p-{n}", "name": "Mug", "category": "Kitchen", "price": "9.90", "active": True},
    "customers": {"customer_id": "c-{n}", "segment": "loyal", "birth_year": 1980, "email": "who@example.org"},
    "inventory": {"product_id": "p-{n}", "timestamp": AT, "quantity_on_hand": 7, "location": "oslo"},
    "events": {"event_id": "e-{n}", "timestamp": AT, "session_id": "s", "event_type": "page_view"},
    "decisions": {**DECISION, "features": {"age": 3, "country": "NO"}, "attributions": {"age": -0.5}},
    "labels": {
        "decision_id": "d-{n}",
        "label": "fraud",
        "labelled_at": "2019-06-01T00:00:00Z",
        "source": "chargeback",
        "decision_timestamp": AT,
    },
}


def numbered(record: dict[str, Any], name: str) -> dict[str, Any]:
    """Return the record under an id of its own."""
    return {field: value.format(n=name) if isinstance(value, str) else value for field, value in record.items()}


def count(platform: RunningPlatform, data_type: str, source: str) -> int:
    (row,) = ask(platform, f"SELECT count(*) AS n FROM {data_type} WHERE source_id = ?", f"'{source}'")  # noqa: S608 # a name of this table
    return int(row["n"])


@pytest.mark.parametrize("data_type", RECORDS)
def test_a_batch_of_each_type_is_counted_by_athena(platform: RunningPlatform, client: Client, data_type: str) -> None:
    records = [numbered(RECORDS[data_type], f"batch-{number}") for number in range(3)]

    status = client.outcome(client.send(BATCHED, data_type, records)["batch_id"])

    assert counted(status["outcome"]) == {"loaded": 3}
    assert count(platform, data_type, BATCHED) == 3


@pytest.mark.parametrize("data_type", RECORDS)
def test_a_record_of_each_type_is_loaded_through_the_stream_route(
    platform: RunningPlatform, client: Client, data_type: str
) -> None:
    record = numbered(RECORDS[data_type], "stream")
    envelope = {"source_id": STREAMED, "data_type": data_type, "timestamp": AT, "data": record}

    answer = client.http.post("/ingest/stream", json={**envelope, "correlation_id": "c-1"})

    assert answer.status_code == 202
    taken = data_of(answer)
    assert (taken["status"], taken["timestamp"]) == ("accepted", AT)
    assert taken["record_id"]
    assert taken["processing_latency_ms"] > 0
    assert counted(client.ledger_of(STREAMED, 1, data_type)) == {"loaded": 1}
    assert count(platform, data_type, STREAMED) == 1


def test_athena_reads_the_records_as_sent(platform: RunningPlatform, client: Client) -> None:
    source = "every-type-values"
    for data_type in ("transactions", "decisions"):
        sent = client.send(source, data_type, [numbered(RECORDS[data_type], "values") | {"shelf": {"row": 7}}])
        client.outcome(sent["batch_id"])

    (sold,) = ask(
        platform,
        'SELECT order_id, "timestamp", quantity * unit_price AS net, currency, status, attributes '
        'FROM transactions WHERE source_id = ? AND "timestamp" >= CAST(? AS timestamp)',
        f"'{source}'",
        f"'{DAY} 10:00:00.000'",
    )
    (decided,) = ask(
        platform,
        "SELECT element_at(features, 'age') AS age, element_at(features, 'country') AS country, "
        "element_at(attributions, 'age') AS weight FROM decisions WHERE source_id = ?",
        f"'{source}'",
    )

    assert sold == {
        "order_id": "t-values",
        "timestamp": f"{DAY} 10:00:00.000000",
        "net": "3.0000000000",
        "currency": "NOK",
        "status": "completed",
        "attributes": '{"shelf":{"row":7}}',
    }
    assert decided == {"age": "3", "country": '"NO"', "weight": "-0.5"}


def test_a_label_without_a_time_takes_that_of_its_decision(platform: RunningPlatform, client: Client) -> None:
    source = "every-type-silent"
    label = {name: value for name, value in RECORDS["labels"].items() if name != "decision_timestamp"}
    decision = numbered(DECISION, "silent")
    client.outcome(client.send(source, "decisions", [decision])["batch_id"])

    answer = client.send(source, "labels", [numbered(label, "silent"), numbered(label, "nobody-knows")])

    assert [(each["row"], each["code"]) for each in answer["errors"]] == [(1, "decision_unknown")]
    assert counted(client.outcome(answer["batch_id"])["outcome"]) == {"loaded": 1, "quarantined": 1}
    rows = ask(
        platform, "SELECT CAST(decision_timestamp AS date) AS day FROM labels WHERE source_id = ?", f"'{source}'"
    )
    assert rows == [{"day": DAY}]


def test_personal_customer_fields_are_not_stored(platform: RunningPlatform, client: Client) -> None:
    source = "every-type-personal"
    customer = numbered(RECORDS["customers"], "personal") | {"full_name": "Kari Nordmann", "contact": {"phone": "1"}}
    client.outcome(client.send(source, "customers", [customer])["batch_id"])

    (row,) = ask(platform, "SELECT * FROM customers WHERE source_id = ?", f"'{source}'")

    assert row["segment"] == "loyal"
    assert not any(secret in str(row) for secret in ("example.org", "Nordmann", "phone"))
