"""Uploaded files in the shapes that systems write them: read as their source is configured, or as was found out."""

import json
from datetime import timedelta
from typing import Any

import orjson
import pytest

from shared.app.wiring import Wiring
from shared.ledger.entry import BatchStatus
from shared.quarantine.parameters import RowErrorsQuery
from shared.recovery.models import RedriveRequest
from shared.sources.config_store import FRESH_FOR
from shared.sources.models import SourceConfiguration
from tests.fakes.clock import Clock
from tests.fakes.records import AT
from tests.fakes.state_dump import merge_all, table_rows
from tests.functions.file_loader.files import (
    announce,
    for_one_part,
    loader,
    outcome,
    put,
    sales_csv,
    sent,
    status,
    upload,
)

COLUMNS = "transaction_id,timestamp,product_id,quantity,unit_price"
NESTED: dict[str, Any] = {
    "columns": {"no": "transaction_id", "sku": "product_id", "price": "unit_price", "at": "timestamp"},
    "records": {"path": "order/lines/line", "fields": {"at": "^^/@at", "price": "price", "order_id": "^^/id"}},
}
LINES: dict[str, Any] = {
    "columns": {"no": "transaction_id", "sku": "product_id", "price": "unit_price", "at": "timestamp"},
    "records": {"path": "lines[*]", "fields": {"at": "^.at", "order_id": "^.id", "currency": "^.money.currency"}},
}


def _configure(wired: Wiring, clock: Clock, **mapping: Any) -> None:
    configuration = {"mappings": {"transactions": mapping}, "thresholds": {"transactions": 10}}
    wired.source_configs.put("web-shop", SourceConfiguration.model_validate(configuration))
    clock.pass_by(FRESH_FOR)


def _sold(wired: Wiring, *names: str) -> list[tuple[Any, ...]]:
    rows = table_rows(wired.settings, "transactions")
    return sorted(tuple(str(row[name]) for name in ("transaction_id", *names)) for row in rows)


def _order(number: int, *skus: str) -> dict[str, Any]:
    lines = [{"no": f"{number}-{sku}", "sku": sku, "quantity": 1, "price": "2.50"} for sku in skus]
    return {"id": f"o-{number}", "at": AT, "money": {"currency": "EUR"}, "lines": lines}


@pytest.mark.parametrize(
    "content",
    [
        f"sep=;\n{COLUMNS.replace(',', ';')}\nt-1;{AT};mug;1;9.5\nt-2;{AT};mug;1;9.5\n",
        f'Sales of the shop\n"All amounts, in USD"\n\n{COLUMNS}\nt-1,{AT},mug,1,9.5\nt-2,{AT},mug,1,9.5\n',
        f"{COLUMNS}\nt-1,{AT},mug,1,9.5,,\nt-2,{AT},mug,1,9.5, \n",
    ],
    ids=["separator line", "preamble", "trailing commas"],
)
def test_a_csv_file_of_a_spreadsheet_is_loaded_without_configuration(wired: Wiring, content: str) -> None:
    batch_id = upload(wired, content.encode())

    assert outcome(wired, batch_id) == {"loaded": 2}
    assert _sold(wired) == [("t-1",), ("t-2",)]


def test_a_csv_file_is_read_as_its_source_is_configured(wired: Wiring, clock: Clock) -> None:
    shape = {"skip_lines": 1, "delimiter": "|", "quote": "'", "escape": "\\", "allow_short_rows": True}
    _configure(wired, clock, columns={"no": "transaction_id"}, file=shape)
    header = "no|timestamp|product_id|quantity|unit_price|product_name|region"

    batch_id = upload(wired, f"{header}\n{header}\nt-1|{AT}|mug|1|9.5|'it\\'s | big'\n".encode())

    assert outcome(wired, batch_id) == {"loaded": 1}
    assert _sold(wired, "product_name") == [("t-1", "it's | big")]


def test_the_options_of_an_upload_take_precedence_over_the_configuration(wired: Wiring, clock: Clock) -> None:
    _configure(wired, clock, file={"delimiter": "|"})

    batch_id = upload(wired, sales_csv(range(2)), options={"delimiter": ","})

    assert outcome(wired, batch_id) == {"loaded": 2}


@pytest.mark.parametrize(
    "content",
    [
        json.dumps([_order(1, "a", "b"), _order(2), _order(3, "c")]),
        "\n".join(json.dumps(each) for each in (_order(1, "a", "b"), _order(2), _order(3, "c"))),
        "".join(json.dumps(each, indent=2) for each in (_order(1, "a", "b"), _order(2), _order(3, "c"))),
        json.dumps({"orders": [_order(1, "a", "b"), _order(2), _order(3, "c")], "next": None}, indent=1),
    ],
    ids=["array", "lines", "concatenated", "wrapped"],
)
def test_lines_of_orders_are_loaded_with_fields_of_their_orders(wired: Wiring, clock: Clock, content: str) -> None:
    _configure(wired, clock, **LINES)

    batch_id = upload(wired, content.encode(), format="json", rows_per_part=2)

    assert outcome(wired, batch_id) == {"loaded": 3}
    assert _sold(wired, "order_id", "currency", "unit_price") == [
        ("1-a", "o-1", "EUR", "2.500000"),
        ("1-b", "o-1", "EUR", "2.500000"),
        ("3-c", "o-3", "EUR", "2.500000"),
    ]


def test_items_of_xml_orders_are_loaded_with_fields_of_their_orders(wired: Wiring, clock: Clock) -> None:
    _configure(wired, clock, **NESTED)
    lines = "".join(
        f'<line no="1-{sku}"><sku>{sku}</sku><quantity>1</quantity><price currency="EUR">2.50</price></line>'
        for sku in "ab"
    )

    batch_id = upload(
        wired, f'<x><order at="{AT}"><id>o-1</id><lines>{lines}</lines></order></x>'.encode(), format="xml"
    )

    assert outcome(wired, batch_id) == {"loaded": 2}
    assert _sold(wired, "order_id", "unit_price") == [("1-a", "o-1", "2.500000"), ("1-b", "o-1", "2.500000")]


def test_a_rejected_line_is_redriven_after_the_fields_are_corrected(wired: Wiring, clock: Clock) -> None:
    records = {"path": "lines[*]", "fields": {"at": "^.wrong"}}
    _configure(wired, clock, **{**LINES, "records": records})
    batch_id = upload(wired, json.dumps([_order(1, "a"), {"id": "o-2"}]).encode(), format="json")
    assert outcome(wired, batch_id) == {"quarantined": 2}
    _configure(wired, clock, **LINES)
    wired.lifecycle.resume(batch_id)
    for body in sent(wired.settings):
        loader(wired).run(orjson.loads(body)["batch_id"], has_time=lambda: True)
    merge_all(wired)

    assert outcome(wired, batch_id) == {"loaded": 1, "quarantined": 1}
    errors = wired.row_errors.page(batch_id, RowErrorsQuery.read({"size": ["9"]})).content
    assert [(error.row, error.code) for error in errors] == [(2, "record_path")]


def test_the_file_is_read_to_its_end_as_the_source_was_configured_when_it_began(wired: Wiring, clock: Clock) -> None:
    _configure(wired, clock, **LINES)
    batch_id = announce(wired, format="json")
    put(wired, batch_id, json.dumps([_order(number, "a", "b") for number in range(4)]).encode())
    loader(wired).run(batch_id, has_time=for_one_part())
    _configure(wired, clock, **{**LINES, "records": {**LINES["records"], "path": "$.lines[0]"}})

    for body in sent(wired.settings):
        loader(wired).run(orjson.loads(body)["batch_id"], has_time=lambda: True)
    merge_all(wired)

    assert outcome(wired, batch_id) == {"loaded": 8}


GROUPED: dict[str, Any] = {"fill_down": {"within": "order_id", "columns": ["region"]}}


def _orders_csv(*orders: str) -> bytes:
    lines = [
        f"t-{number},{AT},mug,1,9.5,{order},{'north' if number == orders.index(order) else ''}"
        for number, order in enumerate(orders)
    ]
    return "\n".join([f"{COLUMNS},order_id,region", *lines, ""]).encode()


def test_lines_of_an_order_stay_in_one_part(wired: Wiring, clock: Clock) -> None:
    _configure(wired, clock, **GROUPED)

    batch_id = upload(wired, _orders_csv("a", "a", "b", "b", "b", "b", "c"), rows_per_part=3)

    assert outcome(wired, batch_id) == {"loaded": 7}
    assert {region for _, region in _sold(wired, "region")} == {"north"}


def test_a_file_whose_orders_are_not_in_one_place_is_refused(wired: Wiring, clock: Clock) -> None:
    _configure(wired, clock, **GROUPED)

    batch_id = upload(wired, _orders_csv("a", "a", "b", "b", "a"), rows_per_part=2)

    told = status(wired, batch_id)
    assert told.status is BatchStatus.FAILED
    assert told.errors is not None
    assert (told.errors[0].code, told.errors[0].first_row) == ("group_reappears", 6)
    assert outcome(wired, batch_id) == {"quarantined": 5}


def test_rows_of_a_loaded_file_are_redriven_with_their_parents(wired: Wiring, clock: Clock) -> None:
    bad = _order(2, "b")
    bad["lines"][0]["quantity"] = "x"
    _configure(wired, clock, **{**LINES, "records": {**LINES["records"], "fields": {"at": "^.at"}}})
    batch_id = upload(wired, json.dumps([_order(1, "a"), bad]).encode(), format="json")
    assert outcome(wired, batch_id) == {"loaded": 1, "quarantined": 1}
    _configure(wired, clock, **{**LINES, "constants": {"quantity": 1}})
    clock.pass_by(timedelta(minutes=1))

    told = wired.redrive_service.redrive(RedriveRequest())
    merge_all(wired)

    assert (told.accepted, told.rejected) == (1, 0)
    assert ("2-b", "o-2") in _sold(wired, "order_id")
