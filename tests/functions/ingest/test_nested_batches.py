"""Documents with several records: in batches, single requests, and redrives of their rows."""

from datetime import timedelta
from typing import Any

from shared.app.wiring import Wiring
from shared.recovery.models import RedriveRequest
from shared.sources.config_store import FRESH_FOR
from shared.sources.models import SourceConfiguration
from tests.fakes.clock import Clock
from tests.fakes.records import AT
from tests.fakes.state_dump import merge_all, table_rows
from tests.functions.ingest.conftest import Call

MAPPING = {
    "columns": {"no": "transaction_id", "sku": "product_id", "price": "unit_price"},
    "records": {
        "path": "lines[*]",
        "fields": {"timestamp": "^.at", "order_id": "^.id", "region": "address.country", "channel": "^.tags[0].name"},
    },
}


def _configure(wired: Wiring, clock: Clock, mapping: Any = MAPPING) -> None:
    configuration = {"mappings": {"transactions": mapping}, "thresholds": {"transactions": 0}}
    wired.source_configs.put("web-shop", SourceConfiguration.model_validate(configuration))
    clock.pass_by(FRESH_FOR)


def _line(number: str, **fields: Any) -> dict[str, Any]:
    return {"no": number, "sku": "mug", "quantity": 1, "price": 2.5, "address": {"country": "BD"}} | fields


def _order(number: int, *lines: dict[str, Any]) -> dict[str, Any]:
    return {"id": f"o-{number}", "at": AT, "tags": [{"name": "web"}], "lines": list(lines)}


def _sold(wired: Wiring) -> list[tuple[str, ...]]:
    rows = table_rows(wired.settings, "transactions")
    return sorted((row["transaction_id"], row["order_id"], row["region"], row["channel"]) for row in rows)


def test_each_record_in_a_document_counts(wired: Wiring, clock: Clock, submit: Call) -> None:
    _configure(wired, clock)

    told = submit([_order(1, _line("1a"), _line("1b")), _order(2), _order(3, _line("3a", quantity="x")), {"id": 4}])

    assert (told.status, told.data["records_received"]) == (201, 4)
    assert [(each["row"], each["code"]) for each in told.data["errors"]] == [(2, "type"), (3, "record_path")]
    merge_all(wired)
    assert _sold(wired) == [("1a", "o-1", "BD", "web"), ("1b", "o-1", "BD", "web")]


def test_a_rejected_record_is_redriven_by_itself_with_its_parents(wired: Wiring, clock: Clock, submit: Call) -> None:
    _configure(wired, clock)
    submit([_order(1, _line("1a"), _line("1b", quantity="x"))])
    _configure(wired, clock, {**MAPPING, "constants": {"quantity": 3}})
    clock.pass_by(timedelta(minutes=1))

    told = wired.redrive_service.redrive(RedriveRequest())

    merge_all(wired)
    assert (told.accepted, told.rejected) == (1, 0)
    assert _sold(wired) == [("1a", "o-1", "BD", "web"), ("1b", "o-1", "BD", "web")]


def test_the_limit_of_a_batch_is_for_its_records(wired: Wiring, clock: Clock, submit: Call) -> None:
    _configure(wired, clock)

    told = submit([_order(number, *[_line(f"{number}-{each}") for each in range(2_001)]) for number in range(5)])

    assert told.status == 400
    assert "at most 10000 records" in str(told.body)


def test_a_batch_of_documents_without_records_is_refused(wired: Wiring, clock: Clock, submit: Call) -> None:
    _configure(wired, clock)

    assert submit([_order(1), _order(2)]).status == 400


def test_a_source_with_paths_that_mean_nothing_is_not_configured(call: Call) -> None:
    mapping = {"records": {"path": "lines[", "fields": {"a": "b[*]"}}, "file": {"delimiter": ",", "quote": ","}}

    told = call("PUT", "/ingest/sources/web-shop", body={"mappings": {"transactions": mapping}})

    assert told.status == 400
    assert {each["field"].removeprefix("mappings.transactions.") for each in told.body["error"]["field_errors"]} == {
        "records.path",
        "records.fields.a",
        "file",
    }


def test_a_single_request_may_carry_a_document(wired: Wiring, clock: Clock, call: Call) -> None:
    _configure(wired, clock)
    body = {"source_id": "web-shop", "data_type": "transactions", "timestamp": AT, "data": _order(1, _line("1a"))}

    assert call("POST", "/ingest/stream", body=body).status == 202
    assert call("POST", "/ingest/stream", body={**body, "data": {"id": 1}}).status == 400
    assert call("POST", "/ingest/stream", body={**body, "data": _order(1)}).status == 400
