"""POST /ingest/batch: good rows are loaded, bad ones quarantined with reasons, and every row is accounted for."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.app.wiring import Wiring
from shared.ingestion.uploads.state import Upload
from shared.lake.storage import landing
from shared.lake.storage.paths import incoming_key, safe_part
from shared.records.schema import DataType
from tests.fakes.clock import Clock
from tests.fakes.memory_lake import MemoryLake
from tests.fakes.records import GOOD, NOW, good, sale
from tests.fakes.state_dump import Rows, base_rows, body, dump_state, keys, merge_all, parquet_rows, table_rows
from tests.functions.file_loader.files import announce, put
from tests.functions.ingest.conftest import Call
from tests.tiers import examples


def _status(call: Call, batch_id: str) -> Any:
    return call("GET", f"/ingest/batches/{batch_id}/status").data


def _quarantined(wired: Wiring) -> list[dict[str, Any]]:
    return [row for rows in parquet_rows(wired.settings, "quarantine/").values() for row in rows]


def test_of_9900_valid_and_100_invalid_rows_9900_are_loaded_and_100_quarantined(
    wired: Wiring, call: Call, submit: Call
) -> None:
    rows = [
        sale(number) if number % 100 else {"transaction_id": f"t-{number}", "quantity": "x"} for number in range(10_000)
    ]

    answer = submit(rows)
    merge_all(wired)

    status, quarantined = _status(call, answer.data["batch_id"]), _quarantined(wired)
    assert answer.status == 201
    assert (answer.data["status"], answer.data["validation_status"]) == ("accepted", "failed")
    assert (answer.data["records_received"], len(answer.data["errors"])) == (10_000, 100)
    assert {name: rows for name, rows in status["outcome"].items() if rows} == {"loaded": 9900, "quarantined": 100}
    assert (status["status"], status["progress"]["progress_percentage"]) == ("completed", 100.0)
    assert len(table_rows(wired.settings, "transactions")) == 9900
    assert sorted(row["row"] for row in quarantined) == list(range(0, 10_000, 100))
    assert orjson.loads(quarantined[0]["raw"]) == {"transaction_id": "t-0", "quantity": "x"}
    assert {error["field"] for error in orjson.loads(quarantined[0]["errors"])} == {
        "/quantity",
        "/timestamp",
        "/product_id",
        "/unit_price",
    }


@pytest.mark.parametrize("data_type", DataType)
def test_every_type_is_accepted_and_read_back(wired: Wiring, call: Call, submit: Call, data_type: DataType) -> None:
    answer = submit([GOOD[data_type]], data_type)
    merge_all(wired)

    (row,) = table_rows(wired.settings, data_type)
    assert answer.data["validation_status"] == "passed"
    assert "errors" not in answer.data
    assert row["source_id"] == "web-shop"
    assert _status(call, answer.data["batch_id"])["outcome"]["loaded"] == 1


def _said(base: Rows) -> Rows:
    """What rows say, without who said it last, and when: the version of these rows is the time of receipt."""
    told = {"ingested_at", "_origin", "updated_at"}
    return {key: [{name: row[name] for name in row if name not in told} for row in rows] for key, rows in base.items()}


def test_a_repeated_batch_changes_nothing_and_is_all_duplicates(
    wired: Wiring, call: Call, submit: Call, clock: Clock
) -> None:
    rows = [sale(number) for number in range(50)]
    submit(rows)
    merge_all(wired)
    before = dump_state(wired.settings)

    clock.pass_by(timedelta(hours=1))
    again = submit(rows)
    merge_all(wired)

    after = dump_state(wired.settings)
    assert (_said(after.base), after.rollups) == (_said(before.base), before.rollups)
    assert _status(call, again.data["batch_id"])["outcome"] == {
        "loaded": 0,
        "duplicate": 50,
        "conflict": 0,
        "quarantined": 0,
        "dropped": 0,
        "in_flight": 0,
        "superseded": 0,
    }


def test_a_batch_without_valid_rows_is_rejected_and_failed(wired: Wiring, call: Call, submit: Call) -> None:
    answer = submit([{}, 7, None, "text"])

    (entry,) = dump_state(wired.settings).ledger
    status = _status(call, entry["origin"])
    assert (answer.status, answer.code) == (422, "INSUFFICIENT_DATA_QUALITY")
    assert (status["status"], status["outcome"]["quarantined"]) == ("failed", 4)
    assert status["progress"] == {
        "total_records": 4,
        "processed_records": 4,
        "failed_records": 4,
        "progress_percentage": 100.0,
    }
    assert keys(wired.settings, "incoming/") == []


def test_a_batch_is_processing_until_merged_then_completed(
    wired: Wiring, call: Call, submit: Call, clock: Clock
) -> None:
    batch_id = submit([sale(1), sale(2)]).data["batch_id"]
    before = _status(call, batch_id)

    clock.pass_by(timedelta(seconds=4))
    merge_all(wired)
    after = _status(call, batch_id)

    assert (before["status"], before["outcome"]["in_flight"], "completed_at" in before) == ("processing", 2, False)
    assert (after["status"], after["outcome"]["in_flight"]) == ("completed", 0)
    assert (after["started_at"], after["completed_at"]) == ("2025-03-01T12:00:00Z", "2025-03-01T12:00:04Z")


def test_a_status_has_the_source_the_type_and_the_event_times_of_valid_rows(call: Call, submit: Call) -> None:
    times = [f"2025-03-01T{hour:02}:00:00Z" for hour in (9, 7, 8, 10, 9, 9)]
    rows = [sale(number, timestamp=time) for number, time in enumerate(times)]
    wrong = sale(9, timestamp="2025-03-01T01:00:00Z", quantity="x")

    some = _status(call, submit([*rows, wrong]).data["batch_id"])
    none = _status(call, submit([sale(8), {}, {}, {}, {}]).body["error"]["details"]["batch_id"])

    assert (some["source_id"], some["data_type"]) == ("web-shop", "transactions")
    assert some["event_range"] == {"earliest": "2025-03-01T07:00:00Z", "latest": "2025-03-01T10:00:00Z"}
    assert "event_range" not in none


def test_the_estimate_is_the_median_of_recent_batches_and_unknown_before_there_are_any(
    wired: Wiring, submit: Call, clock: Clock
) -> None:
    estimates = []
    for seconds in (2, 4, 30):
        estimates.append(submit([sale(seconds)]).data["estimated_processing_time"])
        clock.pass_by(timedelta(seconds=seconds))
        merge_all(wired)

    estimates.append(submit([sale(0)]).data["estimated_processing_time"])

    assert estimates == ["unknown", "PT2.0S", "PT3.0S", "PT4.0S"]


def test_the_estimate_counts_the_batches_that_wait(wired: Wiring, submit: Call, clock: Clock) -> None:
    submit([sale(0)])
    clock.pass_by(timedelta(seconds=2))
    merge_all(wired)

    estimates = [submit([sale(number)]).data["estimated_processing_time"] for number in range(1, 11)]

    assert (estimates[0], estimates[-1]) == ("PT2.0S", "PT2.2S")


@pytest.fixture
def estimate(wired: Wiring, submit: Call, clock: Clock) -> Callable[[], tuple[Any, bool]]:
    """The estimate for a further batch, where recent ones took two seconds, and whether it is a minimum."""
    submit([sale(0)])
    clock.pass_by(timedelta(seconds=2))
    merge_all(wired)
    numbers = count(1)

    def ask() -> tuple[Any, bool]:
        told = submit([sale(next(numbers))]).data
        seconds = float(told["estimated_processing_time"].removeprefix("PT").removesuffix("S"))
        return pytest.approx(seconds, abs=0.15), told.get("estimate_is_minimum", False)

    return ask


def test_the_estimate_counts_more_objects_than_one_pass_takes(
    wired: Wiring, estimate: Callable[[], tuple[Any, bool]]
) -> None:
    for number in range(600):
        wired.lake.put(incoming_key(DataType.TRANSACTIONS, f"batch-{number}"), b"")

    assert estimate() == (14, False)


def test_the_estimate_is_a_minimum_behind_more_objects_than_are_counted(
    wired: Wiring, estimate: Callable[[], tuple[Any, bool]]
) -> None:
    lake = MemoryLake()
    for number in range(5_001):
        lake.put(incoming_key(DataType.TRANSACTIONS, f"batch-{number}"), b"")
    wired.batches = replace(wired.batches, estimates=replace(wired.batches.estimates, lake=lake))

    assert estimate() == (102, True)


def test_the_estimate_counts_files_of_the_type_that_wait_or_are_loaded(
    wired: Wiring, clock: Clock, estimate: Callable[[], tuple[Any, bool]]
) -> None:
    announced = announce(wired)
    other = announce(wired, data_type="orders")
    put(wired, other, b"x" * 2_000_000)
    before = estimate()
    put(wired, announced, b"x")
    of_unknown_size = estimate()
    wired.uploads.store.change(announced, lambda upload: upload.arrive(etag="x", size=8_000_000, at=clock()))
    arrived = estimate()
    wired.uploads.store.change(announced, lambda upload: _checked(upload, 50_000, 50_000).start_loading())
    checked = estimate()
    wired.uploads.store.change(announced, lambda upload: upload.advance(rows=50_000, bytes_read=9, at=clock()))
    half = estimate()

    assert before == (2, False)
    assert of_unknown_size == (2, True)
    assert arrived == (6, False)  # 100 000 rows of 80 bytes, 25 000 a second
    assert (checked, half) == ((6, False), (4, False))


def _checked(upload: Upload, *parts: int) -> Upload:
    for rows in parts:
        upload = upload.advance(rows=rows, bytes_read=upload.size, at=upload.arrival)
    return upload


def test_batch_errors_are_summarised_by_field_and_code(call: Call, submit: Call) -> None:
    bad = [sale(1, status="lost"), sale(2, status="gone"), sale(3, quantity="x")]
    batch_id = submit([sale(0), *bad, *map(sale, range(4, 40))]).data["batch_id"]

    first, second = _status(call, batch_id)["errors"]

    assert (first["code"], first["count"], first["first_row"], first["stage"]) == ("choice", 2, 1, "validate")
    assert first["sample"] == "lost"
    assert (second["code"], second["count"]) == ("type", 1)


def test_a_response_has_at_most_100_errors(submit: Call) -> None:
    answer = submit([{}] * 60 + [sale(number) for number in range(600)])

    assert len(answer.data["errors"]) == 100
    assert answer.data["errors"][0] == {
        "row": 0,
        "field": "/transaction_id",
        "code": "required",
        "message": "is required",
    }


def test_a_batch_is_archived_as_received(wired: Wiring, submit: Call) -> None:
    submit([sale(1, note="ü"), {"bad": True}], metadata={"source_system": "shop 7"})

    (key,) = keys(wired.settings, "landing/")
    kept = orjson.loads(landing.unpack(body(wired.settings, key)))
    assert kept["data"] == [sale(1, note="ü"), {"bad": True}]
    assert kept["metadata"] == {"source_system": "shop 7"}


@pytest.mark.parametrize("form", ["csv", "xml"])
def test_text_form_values_are_parsed(wired: Wiring, submit: Call, form: str) -> None:
    answer = submit([sale(1, quantity="2", unit_price="9.50", customer_id="")], format=form)
    merge_all(wired)

    ((row,),) = base_rows(wired.settings).values()
    assert answer.data["validation_status"] == "passed"
    assert (row["quantity"], row["unit_price"], row["customer_id"]) == (2, Decimal("9.50"), None)


def test_parquet_is_refused_in_a_request(submit: Call) -> None:
    answer = submit([sale(1)], format="parquet")

    assert (answer.status, answer.code) == (422, "UNPROCESSABLE")


def test_personal_customer_fields_are_dropped_counted_and_never_stored(wired: Wiring, submit: Call) -> None:
    secret = "ada-lovelace"
    rows = [
        good(
            DataType.CUSTOMERS, email=secret, Phone=secret, profile={"full_name": secret, "tags": [{"mobile": secret}]}
        ),
        {"customer_id": 7, "lastName": secret, "segment": ["x"]},
        *(good(DataType.CUSTOMERS, customer_id=f"c-{number}") for number in range(2, 20)),
    ]

    answer = submit(rows, "customers")
    merge_all(wired)

    entry = wired.ledger.get(answer.data["batch_id"])
    everything = repr((answer.body, dump_state(wired.settings)))
    (landed,) = keys(wired.settings, "landing/")
    assert entry is not None
    assert (entry.dropped_fields, entry.quarantined, entry.outcomes.loaded) == (5, 1, 19)
    assert secret not in everything
    assert secret.encode() not in landing.unpack(body(wired.settings, landed))


def test_a_product_name_is_not_personal(wired: Wiring, submit: Call) -> None:
    submit([good(DataType.PRODUCTS, name="Phone")], "products")
    merge_all(wired)

    ((row,),) = base_rows(wired.settings).values()
    assert row["name"] == "Phone"


def _labels(count: int) -> list[dict[str, Any]]:
    return [good(DataType.LABELS, decision_id=f"other-{number}") for number in range(count)]


def test_a_label_without_decision_time_takes_it_from_its_decision(wired: Wiring, submit: Call) -> None:
    submit([good(DataType.DECISIONS, timestamp="2025-01-05T06:07:08Z")], "decisions")
    label = {name: value for name, value in GOOD[DataType.LABELS].items() if name != "decision_timestamp"}

    answer = submit([label, {**label, "decision_id": "nobody's"}, *_labels(9)], "labels")
    merge_all(wired)

    (error,) = answer.data["errors"]
    (row,) = [each for each in table_rows(wired.settings, "labels") if each["decision_id"] == label["decision_id"]]
    assert (error["row"], error["code"]) == (1, "decision_unknown")
    assert row["decision_timestamp"].isoformat() == "2025-01-05T06:07:08"


_OWN_KEY = re.compile(
    r"landing/transactions/dt=2025-03-01/batch-[0-9a-f]{28}\.json\.zst"
    r"|incoming/transactions/batch-[0-9a-f]{28}\.parquet"
)
HOSTILE_IDS = ["../../x", "/etc/passwd", "a/b", "..", "dt=2025-01-01", "x\u0000y", "%2e%2e%2f", "'; DROP TABLE x; --"]


def test_record_ids_never_influence_object_keys(wired: Wiring, submit: Call) -> None:
    submit([sale(0, transaction_id=name, product_id=name, region=name) for name in HOSTILE_IDS])

    (rows,) = parquet_rows(wired.settings, "incoming/").values()
    assert sorted(row["transaction_id"] for row in rows) == sorted(HOSTILE_IDS)
    assert all(_OWN_KEY.fullmatch(key) for key in keys(wired.settings, ""))


@pytest.mark.parametrize(
    "source_id", ["../../x", "ab", "x" * 51, "web shop", "web_shop", "web/shop", "", "wébshop", "web-shop\n"]
)
def test_a_source_id_is_3_to_50_letters_digits_or_hyphens(wired: Wiring, submit: Call, source_id: str) -> None:
    answer = submit([sale(1)], source_id=source_id)

    assert (answer.status, answer.code, list(answer.fields)) == (400, "VALIDATION_ERROR", ["source_id"])
    assert keys(wired.settings, "") == []


@settings(max_examples=examples(200), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=250))
def test_allowed_ids_never_leave_their_key_prefix(text: str) -> None:
    try:
        part = safe_part(text)
    except ValueError:
        return

    assert part == text
    assert part not in {".", ".."}
    assert not set(part) & set("/\\%?# ")
    assert part.isascii()


def test_the_status_of_an_unknown_batch_is_not_found(call: Call) -> None:
    answer = call("GET", "/ingest/batches/batch-0/status")

    assert (answer.status, answer.code) == (404, "NOT_FOUND")


def test_a_stream_delivery_is_not_a_batch(wired: Wiring, call: Call) -> None:
    wired.loader.quarantine_unattributed("shard~1~unattributed", NOW, [])

    assert call("GET", "/ingest/batches/shard~1~unattributed/status").status == 404
