"""Sources with the same ids: namespaces keep their records apart, on every path, and the references with them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import boto3
import pyarrow as pa
import pytest

from shared.app.wiring import Wiring
from shared.ingestion.stream.consumer import consume_batch
from shared.ledger.store import SOURCES_TABLE
from shared.records.ids import LONGEST_ID
from shared.records.schema import DataType
from shared.records.schemas import SCHEMAS
from shared.records.validation import Form
from shared.sources.config_store import CONFIG
from shared.sources.models import SourceConfiguration
from tests.events.kinesis import kinesis_event
from tests.fakes.clock import Clock
from tests.fakes.deliveries import delivery
from tests.fakes.records import AT, good, sale
from tests.fakes.state_dump import merge_all, table_rows
from tests.functions.ingest.conftest import Call

SHOPS = ("shop-a", "shop-b")
IDS: Mapping[str, str] = {"order_id": "o-1", "customer_id": "c-1", "product_id": "p-1", "session_id": "s-1"}
OTHER_CONTENT: Mapping[DataType, Mapping[str, Any]] = {
    DataType.TRANSACTIONS: {"quantity": 3},
    DataType.ORDERS: {"status": "shipped"},
    DataType.PRODUCTS: {"name": "Cup"},
    DataType.CUSTOMERS: {"segment": "new"},
    DataType.INVENTORY: {"quantity_on_hand": 9},
    DataType.EVENTS: {"event_type": "checkout"},
    DataType.DECISIONS: {"score": 0.25},
    DataType.LABELS: {"label": "legitimate"},
}


def _configure(wired: Wiring, *source_ids: str) -> None:
    for source_id in source_ids:
        wired.source_configs.put(source_id, SourceConfiguration(namespace=source_id))


def _record(data_type: DataType, **fields: Any) -> dict[str, Any]:
    """A record with every reference that its type has."""
    others = {"investigation_id": "i-1", "experiment_id": "x-1", "variant_id": "v-1"}
    named = {**IDS, "transaction_id": "t-1", "decision_id": "d-1", **others}
    known = {name: value for name, value in named.items() if name in SCHEMAS[data_type].by_name}
    return good(data_type, **known, **fields)


def _ids(row: Mapping[str, Any], data_type: DataType) -> dict[str, Any]:
    return {name: row[name] for name in SCHEMAS[data_type].namespaced}


@pytest.mark.parametrize("data_type", DataType)
def test_two_shops_keep_their_records_and_references_apart(wired: Wiring, data_type: DataType) -> None:
    _configure(wired, *SHOPS)

    for shop, content in zip(SHOPS, ({}, OTHER_CONTENT[data_type]), strict=True):
        rows = [_record(data_type, **content)]
        wired.loader.load(delivery(data_type, rows, origin=f"batch-{shop}", source_id=shop))
    merge_all(wired)

    found = {row["source_id"]: row for row in table_rows(wired.settings, data_type)}
    assert found.keys() == set(SHOPS)
    for shop, row in found.items():
        sent = _record(data_type)
        assert _ids(row, data_type) == {
            name: f"{shop}:{sent.get(name) or sent['transaction_id']}" for name in _ids(row, data_type)
        }
        assert {name: row[name] for name in ("experiment_id", "variant_id", "location") if name in row} == {
            name: value
            for name, value in {"experiment_id": "x-1", "variant_id": "v-1", "location": "default"}.items()
            if name in row
        }
        entry = wired.ledger.get(f"batch-{shop}")
        assert entry is not None
        assert (entry.outcomes.loaded, entry.counters["superseded"], entry.outcomes.conflict) == (1, 0, 0)


@pytest.mark.parametrize("data_type", DataType)
def test_without_namespaces_the_second_is_a_conflict_and_the_first_superseded(
    wired: Wiring, data_type: DataType
) -> None:
    for number, (shop, content) in enumerate(zip(SHOPS, ({}, OTHER_CONTENT[data_type]), strict=True)):
        wired.loader.load(delivery(data_type, [good(data_type, **content)], origin=f"batch-{number}", source_id=shop))
        merge_all(wired)

    first, second = (wired.ledger.get(f"batch-{number}") for number in range(2))
    assert first is not None
    assert second is not None
    assert (first.outcomes.loaded, first.counters["superseded"]) == (1, 1)
    assert (second.outcomes.loaded, second.outcomes.conflict, second.outcomes.shared_ids) == (0, 1, 1)
    assert len(table_rows(wired.settings, data_type)) == 1


def test_revenue_of_two_shops_with_one_id_is_the_sum_with_namespaces(wired: Wiring, submit: Call) -> None:
    _configure(wired, "shop-a")
    for shop, day, price in (("shop-a", "2025-02-26", "100.00"), ("shop-b", "2025-02-27", "50.00")):
        line = sale(1, timestamp=f"{day}T10:00:00Z", quantity=1, unit_price=price)
        assert submit([line], source_id=shop).status == 201
    merge_all(wired)

    rows = table_rows(wired.settings, "transactions")

    assert sum(row["quantity"] * row["unit_price"] for row in rows) == 150
    assert sorted(row["order_id"] for row in rows) == ["shop-a:t-1", "t-1"]


def test_rows_and_columns_get_the_same_ids_and_errors(wired: Wiring) -> None:
    _configure(wired, "shop-a")
    ids = [" t-1 ", "t-2", "x" * (LONGEST_ID - 6), "y" * (LONGEST_ID - 7), ""]
    texts = [{**sale(1), "transaction_id": each, "customer_id": "c" * 125 if each == "t-2" else "c"} for each in ids]
    rows = [{name: str(value) for name, value in row.items()} for row in texts]
    by_row, by_column = (
        wired.loader.validator.validate(
            replace(delivery(DataType.TRANSACTIONS, [], origin="b", source_id="shop-a"), rows=given, form=Form.TEXT)
        )
        for given in (rows, pa.Table.from_pylist(rows))
    )

    assert by_row.validated.table.equals(by_column.validated.table)
    assert by_row.validated.table["transaction_id"].to_pylist() == ["shop-a:t-1", "shop-a:" + "y" * (LONGEST_ID - 7)]
    assert by_row.errors == by_column.errors
    assert sorted((error.row, error.field, error.code) for error in by_row.errors) == [
        (1, "/customer_id", "too_long"),
        (2, "/transaction_id", "too_long"),
        (4, "/transaction_id", "required"),
    ]
    assert "121 characters" in next(error.message for error in by_row.errors if error.row == 2)


def test_a_redriven_row_is_prefixed_once(wired: Wiring, clock: Clock, call: Call, submit: Call) -> None:
    _configure(wired, "shop-a")
    rows = [sale(number) for number in range(8)]
    submit([*rows, sale(8, timestamp="2025-03-01T12:06:00Z")], source_id="shop-a")
    clock.pass_by(timedelta(minutes=5))

    redriven = call("POST", "/ingest/quarantine/redrive", body={"source_id": "shop-a"}).data
    merge_all(wired)

    assert redriven["accepted"] == 1
    found = sorted(row["transaction_id"] for row in table_rows(wired.settings, "transactions"))
    assert found == [f"shop-a:t-{number}" for number in range(9)]


def test_a_label_waits_for_the_decision_of_its_namespace(wired: Wiring) -> None:
    _configure(wired, *SHOPS)
    label = good(DataType.LABELS, decision_timestamp=None)
    wired.loader.load(delivery(DataType.LABELS, [label], origin="batch-l", source_id="shop-a"))
    for shop, expected in (("shop-b", 0), ("shop-a", 1)):
        rows = [good(DataType.DECISIONS)]
        wired.loader.load(delivery(DataType.DECISIONS, rows, origin=f"batch-{shop}", source_id=shop))
        assert wired.sweeper.sweep().late_labels == expected
    merge_all(wired)

    (found,) = table_rows(wired.settings, "labels")
    assert found["decision_id"] == "shop-a:d-1"
    known = good(DataType.LABELS, decision_timestamp=None, source="manual_review")
    assert not wired.loader.load(delivery(DataType.LABELS, [known], origin="l-2", source_id="shop-b")).errors


def test_records_of_the_stream_have_the_namespace_of_their_source(wired: Wiring) -> None:
    _configure(wired, "shop-a")
    records = [{"source_id": shop, "data_type": "transactions", "timestamp": AT, "data": sale(1)} for shop in SHOPS]
    consume_batch(kinesis_event(records)["Records"], wired.loader)
    merge_all(wired)

    found = {row["source_id"]: row["transaction_id"] for row in table_rows(wired.settings, "transactions")}
    assert found == {"shop-a": "shop-a:t-1", "shop-b": "t-1"}


def test_an_id_too_long_for_the_stream_with_its_prefix_is_refused(wired: Wiring, call: Call) -> None:
    _configure(wired, "shop-a")
    line = {**sale(1), "product_id": "p" * LONGEST_ID}
    body = {"source_id": "shop-a", "data_type": "transactions", "timestamp": AT, "data": line}

    answer = call("POST", "/ingest/stream", body=body)

    assert (answer.status, list(answer.fields)) == (400, ["data.product_id"])
    assert call("POST", "/ingest/stream", body={**body, "source_id": "shop-b"}).status == 202


@pytest.mark.parametrize("namespace", ["", "a b", "a:b", "n" * 33, "Straße", None])
def test_a_namespace_is_letters_digits_and_hyphens(call: Call, namespace: str | None) -> None:
    answer = call("PUT", "/ingest/sources/shop-a", body={"namespace": namespace})

    assert (answer.status, list(answer.fields)) == (400, ["namespace"])


def test_the_default_namespace_has_no_prefix_and_is_shown(wired: Wiring, call: Call, submit: Call) -> None:
    shown = call("PUT", "/ingest/sources/web-shop", body={"name": "Shop"}).data["configuration"]["namespace"]
    named = call("PUT", "/ingest/sources/web-shop", body={"namespace": "default"})
    submit([sale(1)])
    merge_all(wired)

    assert (shown, named.data["configuration"]["namespace"]) == ("default", "default")
    assert [row["transaction_id"] for row in table_rows(wired.settings, "transactions")] == ["t-1"]


def test_a_changed_namespace_makes_new_ids(wired: Wiring, submit: Call) -> None:
    for namespace in ("default", "till-7"):
        wired.source_configs.put("web-shop", SourceConfiguration(namespace=namespace))
        submit([sale(1)])
        merge_all(wired)

    found = sorted(row["transaction_id"] for row in table_rows(wired.settings, "transactions"))
    assert found == ["t-1", "till-7:t-1"]


def test_records_go_to_quarantine_while_the_saved_namespace_cannot_be_applied(wired: Wiring) -> None:
    """A later version may save what this one does not know; ids without their prefix would be other records."""
    key = {"source_id": {"S": "shop-a"}, "facet": {"S": CONFIG}}
    item = {**key, "body": {"S": '{"namespace": "shop a"}'}}
    boto3.client("dynamodb").put_item(TableName=wired.name_of(SOURCES_TABLE), Item=item)

    loaded = wired.loader.load(delivery(DataType.TRANSACTIONS, [sale(1)], origin="batch-1", source_id="shop-a"))

    assert [error.code for error in loaded.errors] == ["source_configuration"]
    assert "namespace" in loaded.errors[0].message
