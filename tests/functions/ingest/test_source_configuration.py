"""PUT /ingest/sources/{source_id}: the configuration of a source is returned, audited and applied."""

import json
from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest

from shared.app.wiring import Wiring
from shared.audit.trail import Asked
from shared.ingestion.stream.consumer import consume_batch
from shared.records.schema import DataType
from shared.runtime.paging import Window
from shared.sources.config_store import FRESH_FOR
from tests.events.kinesis import kinesis_event
from tests.fakes.answers import Answer
from tests.fakes.clock import Clock
from tests.fakes.deliveries import delivery
from tests.fakes.records import AT, sale
from tests.fakes.state_dump import merge_all, table_rows
from tests.functions.ingest.conftest import Call

CONFIGURATION: dict[str, Any] = {
    "name": "Till in London",
    "type": "database",
    "cadence": "PT1H",
    "thresholds": {"transactions": 80},
    "mappings": {"transactions": {"columns": {"no": "transaction_id", "qty": "quantity"}}},
}


def _put(call: Call, source_id: str = "till-7", /, **configuration: Any) -> Answer:
    return call("PUT", f"/ingest/sources/{source_id}", body=configuration)


def _shown(call: Call) -> list[Any]:
    shown: list[Any] = call("GET", "/ingest/sources", query={"active_only": ["false"]}).data["content"]
    return shown


def test_a_source_may_be_configured_before_it_delivers(call: Call) -> None:
    answer = _put(call, **CONFIGURATION)

    assert _shown(call) == [answer.data]
    assert {name: value for name, value in answer.data.items() if name != "configuration"} == {
        "source_id": "till-7",
        "name": "Till in London",
        "type": "database",
        "status": "inactive",
        "last_ingestion": None,
        "total_records": 0,
    }
    told = answer.data["configuration"]
    assert (told["cadence"], told["thresholds"], told["data_types"]) == ("PT1H", {"transactions": 80.0}, {})
    assert told["mappings"]["transactions"]["columns"] == {"no": "transaction_id", "qty": "quantity"}


def test_configuring_an_active_source_keeps_its_totals_and_position(wired: Wiring, call: Call, clock: Clock) -> None:
    wired.loader.load(delivery(DataType.TRANSACTIONS, [sale(1)], origin="batch-1", source_id="till-7"))
    clock.pass_by(timedelta(minutes=1))
    wired.loader.load(delivery(DataType.TRANSACTIONS, [sale(2)], origin="batch-2", source_id="shop-1"))

    told = _put(call, **CONFIGURATION).data

    assert (told["status"], told["total_records"]) == ("active", 1)
    assert [source["source_id"] for source in _shown(call)] == ["till-7", "shop-1"]


def test_a_configuration_is_replaced_whole_and_audited_with_both(wired: Wiring, call: Call, clock: Clock) -> None:
    _put(call, **CONFIGURATION)
    clock.pass_by(timedelta(seconds=1))
    _put(call, cadence="P1D")

    first, second = (json.loads(each.body) for each in wired.audit_trail.find(Asked(), Window(0, 9)).items)
    assert wired.source_configs.of("till-7", fresh=True).mappings == {}
    assert (first["before"], first["after"]["cadence"]) == (None, "PT1H")
    assert (second["before"], second["after"]) == (first["after"], {"cadence": "P1D"})
    assert second["resource"] == "/api/v1/ingest/sources/till-7"


def test_a_configuration_that_is_read_and_sent_again_leaves_the_preset_as_it_is(wired: Wiring, call: Call) -> None:
    given = {"transactions": {"preset": "shopify_orders_csv", "constants": {"region": "CA"}}}
    _put(call, mappings=given)
    before = wired.source_configs.mapping_of("till-7", DataType.TRANSACTIONS)

    shown = call("GET", "/ingest/sources/till-7").data["configuration"]["mappings"]
    _put(call, mappings=shown)

    assert shown == given
    assert wired.source_configs.mapping_of("till-7", DataType.TRANSACTIONS) == before


def test_cadence_decides_when_a_source_is_silent(wired: Wiring, call: Call, clock: Clock) -> None:
    _put(call, cadence="PT1H")
    wired.loader.load(delivery(DataType.TRANSACTIONS, [sale(1)], origin="batch-1", source_id="till-7"))

    statuses = []
    for _ in range(5):
        statuses.append(_shown(call)[0]["status"])
        clock.pass_by(timedelta(hours=1))

    assert statuses == ["active", "active", "active", "active", "inactive"]


def test_a_source_without_valid_rows_is_in_error_until_one_is_valid(wired: Wiring, call: Call, clock: Clock) -> None:
    statuses = []
    delivered: list[list[Any]] = [[sale(1)], [{}], [{}], [{}], [sale(2)]]
    for number, rows in enumerate(delivered):
        clock.pass_by(timedelta(minutes=1))
        wired.loader.load(
            delivery(DataType.TRANSACTIONS, rows, origin=f"batch-{number}", source_id="till-7", at=clock())
        )
        statuses.append(_shown(call)[0]["status"])

    assert statuses == ["active", "active", "active", "error", "active"]


def test_records_of_a_batch_are_mapped(wired: Wiring, call: Call, submit: Call) -> None:
    _put(call, "web-shop", mappings=CONFIGURATION["mappings"])

    answer = submit([{"no": "t-1", "qty": 2, "timestamp": AT, "product_id": "p", "unit_price": 1}])

    assert (answer.data["validation_status"], _loaded(wired)) == ("passed", ["t-1"])


def test_records_of_the_stream_are_mapped(wired: Wiring, call: Call) -> None:
    _put(call, mappings=CONFIGURATION["mappings"])
    record = {"source_id": "till-7", "data_type": "transactions", "timestamp": AT}
    consume_batch(
        kinesis_event([record | {"data": {"no": "t-1", "qty": 2, "product_id": "p", "unit_price": 1}}])["Records"],
        wired.loader,
    )

    assert _loaded(wired) == ["t-1"]


def test_a_single_record_is_validated_after_mapping(call: Call) -> None:
    _put(call, mappings=CONFIGURATION["mappings"])
    record = {"source_id": "till-7", "data_type": "transactions", "timestamp": AT}

    good = call(
        "POST", "/ingest/stream", body=record | {"data": {"no": "1", "qty": 2, "product_id": "p", "unit_price": 1}}
    )
    bad = call(
        "POST", "/ingest/stream", body=record | {"data": {"no": "1", "qty": "x", "product_id": "p", "unit_price": 1}}
    )

    assert (good.status, bad.status, list(bad.fields)) == (202, 400, ["data.quantity"])


def _loaded(wired: Wiring) -> list[str]:
    merge_all(wired)
    return [row["transaction_id"] for row in table_rows(wired.settings, "transactions")]


def test_cached_configurations_see_a_change_within_seconds(wired: Wiring, call: Call, clock: Clock) -> None:
    other = Wiring(wired.settings, clock).source_configs
    before = other.requirements_of("till-7", DataType.TRANSACTIONS)
    _put(call, **CONFIGURATION)

    at_once = other.requirements_of("till-7", DataType.TRANSACTIONS)
    clock.pass_by(FRESH_FOR)
    later = other.requirements_of("till-7", DataType.TRANSACTIONS)

    assert (before.minimum, later.minimum) == (Fraction(70), Fraction(80))
    assert (at_once, later.cadence) == (before, timedelta(hours=1))


@pytest.mark.parametrize(
    ("source_id", "configuration", "named"),
    [
        ("ab", {}, "source_id"),
        ("a_b_c", {}, "source_id"),
        ("till-7", {"cadence": 60}, "cadence"),
        ("till-7", {"cadence": "PT1S"}, "cadence"),
        ("till-7", {"cadence": "P"}, "cadence"),
        ("till-7", {"cadence": "P9999W"}, "cadence"),
        ("till-7", {"thresholds": {"transactions": 101}}, "thresholds.transactions"),
        ("till-7", {"thresholds": {"sales": 1}}, "thresholds.sales.[key]"),
        ("till-7", {"type": "ftp"}, "type"),
        ("till-7", {"name": ""}, "name"),
        ("till-7", {"threshold": 5}, "threshold"),
        ("till-7", {"mappings": {"orders": {"templates": {"x": "y"}}}}, "mappings.orders.templates.x"),
        ("till-7", {"mappings": {str(each): {"drop": ["é" * 200] * 200} for each in DataType}}, "mappings"),
    ],
)
def test_an_unusable_configuration_is_refused(
    call: Call, source_id: str, configuration: dict[str, Any], named: str
) -> None:
    answer = call("PUT", f"/ingest/sources/{source_id}", body=configuration)

    assert (answer.status, list(answer.fields)) == (400, [named])
    assert _shown(call) == []


def test_every_wrong_field_is_named_at_once(call: Call) -> None:
    answer = _put(call, "ab", cadence="soon", type="ftp", thresholds={"orders": -1})

    assert sorted(answer.fields) == ["cadence", "source_id", "thresholds.orders", "type"]


FAULTS: list[tuple[dict[str, Any], list[str]]] = [
    ({"columns": {"Price": "unit_prcie"}}, ["columns.Price"]),
    ({"constants": {"currency": "EURO"}, "defaults": {"status": "statuss"}}, ["constants.currency", "defaults.status"]),
    ({"values": {"status": {"paid": "complete", "*": "completed"}}}, ["values.status.paid"]),
    ({"values": {"status": {str(n): "completed" for n in range(1_001)}}}, ["values.status"]),
    (
        {"expressions": {"unit_price": "a /", "quantity": "a; b"}},
        ["expressions.quantity", "expressions.unit_price"],
    ),
    ({"columns": {"a": "region", "b": "region"}}, ["columns.a", "columns.b"]),
    ({"constants": {"region": "EU"}, "values": {"region": {"x": "y"}}}, ["values.region"]),
    ({"templates": {"transaction_id": "{a}{b"}}, ["templates.transaction_id"]),
    ({"templates": {"transaction_id": "fixed"}}, ["templates.transaction_id"]),
    ({"allocate": [{"within": "no", "column": "d", "to": "quantity"}]}, ["allocate.0.to"]),
    ({"derive": [{"when": "a > 0", "template": {"status": "completed"}}]}, ["derive.0.template"]),
    (
        {"derive": [{"when": "a + 1", "template": {"transaction_id": "fixed", "status": "odd"}, "omit": ["quantity"]}]},
        ["derive.0.omit.0", "derive.0.template.status", "derive.0.template.transaction_id", "derive.0.when"],
    ),
    ({"date_formats": {"timestamp": {"formats": ["%d %Y"]}}}, ["date_formats.timestamp.formats.0"]),
    ({"date_formats": {"region": {"formats": ["%Y"]}}}, ["date_formats.region"]),
    ({"preset": "no_such_shop"}, ["preset"]),
    (
        {"computed": {"a": "b + 1", "b": "a + c", "c": "c * 2", "d": "e +"}},
        ["computed.a", "computed.b", "computed.c", "computed.d"],
    ),
    (
        {"preset": "shopify_orders_csv", "fill_down": {"within": "Email", "columns": ["Currency"]}},
        ["preset"],
    ),
    ({"nulls": {"a": ["-"] * 101}}, ["nulls"]),
    ({"timezone": "Europe/Nowhere"}, ["timezone"]),
]


@pytest.mark.parametrize(("mapping", "named"), FAULTS)
def test_every_mistake_of_a_mapping_is_named_with_its_path(
    call: Call, mapping: dict[str, Any], named: list[str]
) -> None:
    answer = _put(call, mappings={"transactions": mapping})

    found = [field.removeprefix("mappings.transactions.") for field in answer.fields]
    assert (answer.status, sorted(found)) == (400, named)


def test_the_closest_name_is_a_hint(call: Call) -> None:
    answer = _put(call, mappings={"transactions": {"columns": {"Price": "unit_prcie"}}})

    assert "did you mean unit_price?" in answer.fields["mappings.transactions.columns.Price"]


def test_groups_of_a_mapping_are_told_apart_by_one_column(call: Call) -> None:
    fill_down = {"within": "Name", "columns": ["Currency"]}
    allocate = [{"within": "Order", "column": "Discount", "to": "discount"}]

    answer = _put(call, mappings={"transactions": {"fill_down": fill_down, "allocate": allocate}})

    assert (answer.status, list(answer.fields)) == (400, ["mappings.transactions"])


@pytest.mark.parametrize(
    ("configuration", "day"),
    [
        ({"timezone": "Europe/Berlin"}, "2025-01-30"),
        ({"timezone": "Europe/Berlin", "mappings": {"transactions": {"timezone": "UTC"}}}, "2025-01-31"),
        ({"mappings": {"transactions": {"timezone": "Europe/Berlin"}}}, "2025-01-30"),
        ({}, "2025-01-31"),
    ],
)
def test_times_without_a_zone_are_in_that_of_the_mapping_else_of_the_source(
    wired: Wiring, call: Call, submit: Call, configuration: dict[str, Any], day: str
) -> None:
    _put(call, "web-shop", **configuration)

    submit([sale(1, timestamp="2025-01-31T00:30:00")])

    merge_all(wired)
    (row,) = table_rows(wired.settings, "transactions")
    assert row["timestamp"].date().isoformat() == day
