"""A saved configuration that cannot be applied costs the rows that it concerns, on every path, and no other row."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import orjson
import pytest
from botocore.exceptions import ClientError

from functions.stream_consumer.handler import handler
from shared.app.wiring import Wiring
from shared.ingestion.stream.consumer import consume_batch
from shared.recovery.models import RedriveRequest
from shared.sources.parameters import SourcesQuery
from tests.attacks.source_configurations import POISON, of_sales, read_as, save_unchecked
from tests.events.api_gateway import context
from tests.events.kinesis import kinesis_event
from tests.fakes.moto_platforms import MotoPlatforms
from tests.fakes.outages import refusal
from tests.fakes.records import AT, GOOD, NOW, sale
from tests.fakes.state_dump import merge_all, parquet_rows
from tests.functions.file_loader.files import outcome, sales_csv, upload
from tests.functions.ingest.conftest import Call

CODE = "source_configuration"
SOURCES = {f"poisoned-{number}": configuration for number, configuration in enumerate(POISON.values())}
HEALTHY = "web-shop"


@pytest.fixture
def poisoned(wired: Wiring) -> Wiring:
    """A platform whose store holds a configuration of each kind that cannot be applied."""
    for source_id, configuration in SOURCES.items():
        save_unchecked(wired, source_id, configuration)
    return wired


def _envelope(source_id: str, number: int, data_type: str = "transactions", **fields: Any) -> dict[str, Any]:
    data = sale(number, **fields) if data_type == "transactions" else GOOD["orders"]  # type: ignore[index] # its name
    return {"source_id": source_id, "data_type": data_type, "timestamp": AT, "data": data}


def _counters(wired: Wiring) -> dict[str, tuple[int, int, int, int]]:
    """By source: received, loaded, quarantined, in flight."""
    told = wired.sources.page(
        SourcesQuery.read({"page": ["0"], "size": ["100"], "active_only": ["false"]}), NOW
    ).content
    sums = {each.source_id: each.configuration["data_types"].get("transactions") for each in told}
    names = ("received", "loaded", "quarantined", "in_flight")
    return {source_id: tuple(found[name] for name in names) for source_id, found in sums.items() if found}


def _codes(wired: Wiring) -> set[str]:
    rows = [row for found in parquet_rows(wired.settings, "quarantine/").values() for row in found]
    return {reason["code"] for row in rows for reason in orjson.loads(row["errors"])}


def _assert_balanced(wired: Wiring, rows: int, *, healthy: int) -> None:
    merge_all(wired)
    assert _counters(wired) == {
        **dict.fromkeys(SOURCES, (rows, 0, rows, 0)),
        HEALTHY: (healthy, healthy, 0, 0),
    }
    assert _codes(wired) == {CODE}


def test_a_batch_is_refused_with_its_rows_in_quarantine(poisoned: Wiring, submit: Call) -> None:
    answers = [submit([sale(1), sale(2)], source_id=source_id) for source_id in SOURCES]
    healthy = submit([sale(1), sale(2), sale(3)])

    assert {(answer.status, answer.code) for answer in answers} == {(422, "INSUFFICIENT_DATA_QUALITY")}
    assert healthy.status == 201
    _assert_balanced(poisoned, 2, healthy=3)


def test_a_file_fails_with_its_rows_in_quarantine(poisoned: Wiring) -> None:
    batches = [upload(poisoned, sales_csv(range(4)), source_id=source_id) for source_id in SOURCES]
    healthy = upload(poisoned, sales_csv(range(4)))

    assert [outcome(poisoned, each) for each in batches] == [{"quarantined": 4}] * len(SOURCES)
    assert outcome(poisoned, healthy) == {"loaded": 4}
    _assert_balanced(poisoned, 4, healthy=4)


def test_a_stream_batch_succeeds_with_its_rows_in_quarantine(poisoned: Wiring) -> None:
    records = [_envelope(source_id, number) for source_id in SOURCES for number in range(2)]
    records[3:3] = [_envelope(HEALTHY, number) for number in range(10)]

    consume_batch(kinesis_event(records)["Records"], poisoned.loader)

    _assert_balanced(poisoned, 2, healthy=10)


def test_redriven_rows_stay_in_quarantine(wired: Wiring) -> None:
    wrong = [_envelope(source_id, 1, quantity="many") for source_id in SOURCES]
    event = kinesis_event([*wrong, _envelope(HEALTHY, 1)], arrived=NOW - timedelta(minutes=1))
    consume_batch(event["Records"], wired.loader)
    for source_id, configuration in SOURCES.items():
        save_unchecked(wired, source_id, configuration)

    driven = wired.redrive_service.redrive(RedriveRequest())

    assert (driven.rows, driven.rejected, driven.skipped) == (len(SOURCES), len(SOURCES), 0)
    assert driven.reasons == {CODE: len(SOURCES)}
    merge_all(wired)
    assert _counters(wired) == {**dict.fromkeys(SOURCES, (1, 0, 1, 0)), HEALTHY: (1, 1, 0, 0)}


def test_a_single_record_is_refused_with_the_invalid_field(wired: Wiring, call: Call) -> None:
    save_unchecked(wired, "till-7", read_as("%Y %Y"))

    answer = call("POST", "/ingest/stream", body=_envelope("till-7", 1))

    assert (answer.status, answer.code) == (422, "UNPROCESSABLE")
    assert "mappings.transactions.date_formats.timestamp.formats.0: must not contain %Y" in answer.error["message"]


def test_eight_poison_records_do_not_block_three_hundred_valid_ones(deployed: Wiring) -> None:
    save_unchecked(deployed, "till-7", read_as("%Y %Y"))
    records = [_envelope("till-7", number) for number in range(8)]
    records += [_envelope(HEALTHY, number) for number in range(300)]

    handler(kinesis_event(records), context())

    merge_all(deployed)
    assert _counters(deployed) == {"till-7": (8, 0, 8, 0), HEALTHY: (300, 300, 0, 0)}


def test_other_types_of_the_source_are_loaded(wired: Wiring) -> None:
    save_unchecked(wired, "till-7", read_as("%Y %Y") | {"cadence": "soon", "name": 5})

    entries = consume_batch(kinesis_event([_envelope("till-7", 1, "orders")])["Records"], wired.loader)

    assert [(entry.data_type, entry.quarantined) for entry in entries] == [("orders", 0)]


def test_rows_are_loaded_once_their_configuration_is_corrected(wired: Wiring, call: Call) -> None:
    save_unchecked(wired, "till-7", read_as("%Y %Y"))
    consume_batch(kinesis_event([_envelope("till-7", number) for number in range(3)])["Records"], wired.loader)

    corrected = call("PUT", "/ingest/sources/till-7", body=read_as("%Y"))
    driven = call("POST", "/ingest/quarantine/redrive", body={"source_id": "till-7"}).data

    merge_all(wired)
    assert (corrected.status, driven["accepted"]) == (200, 3)
    assert _counters(wired) == {"till-7": (3, 3, 0, 0)}


def test_the_source_list_shows_the_configuration_and_its_errors(wired: Wiring, call: Call) -> None:
    save_unchecked(wired, "till-7", read_as("%Y %Y"))

    (shown,) = call("GET", "/ingest/sources", query={"active_only": ["false"]}).data["content"]

    assert shown["configuration"]["mappings"] == read_as("%Y %Y")["mappings"]
    assert shown["configuration"]["faults"] == {
        "mappings.transactions.date_formats.timestamp.formats.0": "must not contain %Y more than once"
    }


LONG = "x" * 1_000


def _of_text(rows: Sequence[Any]) -> bytes:
    names = ("transaction_id", "timestamp", "product_id", "quantity", "unit_price", "product_name")
    lines = [",".join(str(row.get(name, "mug")) for name in names) for row in rows]
    return "\n".join([",".join(names), *lines, ""]).encode()


def test_an_expanding_template_rejects_only_that_row_on_every_path(wired: Wiring, submit: Call) -> None:
    save_unchecked(wired, HEALTHY, of_sales(templates={"product_name": "{product_name}" * 20}))
    rows = [sale(number, product_name=LONG if number == 1 else "mug") for number in range(10)]

    submitted = submit(rows)
    batch_id = upload(wired, _of_text(rows), rows_per_part=10)
    consume_batch(kinesis_event([{**_envelope(HEALTHY, 9), "data": row} for row in rows])["Records"], wired.loader)

    merge_all(wired)
    assert [(error["row"], error["code"]) for error in submitted.data["errors"]] == [(1, "template")]
    assert outcome(wired, batch_id)["quarantined"] == 1
    received, _, quarantined, in_flight = _counters(wired)[HEALTHY]
    assert (received, quarantined, in_flight) == (30, 3, 0)


def test_an_unreachable_configuration_makes_the_batch_retry(wired: Wiring, platforms: MotoPlatforms) -> None:
    records = kinesis_event([_envelope(HEALTHY, 1)])["Records"]

    with platforms.outages.of("dynamodb", refusal("ThrottlingException")), pytest.raises(ClientError):
        consume_batch(records, wired.loader)
    consume_batch(records, wired.loader)

    merge_all(wired)
    assert _counters(wired) == {HEALTHY: (1, 1, 0, 0)}
