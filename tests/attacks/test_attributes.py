"""Fields that no schema knows, and texts, are bounded on every way in, and so is what one pass of a merge takes in."""

import gzip
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

import orjson
import pyarrow as pa
import pytest

from functions.ingest.handler import app, handler
from shared.app.wiring import Wiring, wiring
from shared.ingestion.stream.consumer import consume_batch
from shared.lake.merge.limits import PassLimits
from shared.lake.validation.rows import validate_rows, validate_table
from shared.merging.merger import Merger
from shared.records.bounds import LARGEST_ATTRIBUTES, LARGEST_ATTRIBUTES_OF_DELIVERY, LARGEST_MAP
from shared.records.schema import DataType
from shared.records.validation import Form
from shared.records.value_schemas import LONGEST_TEXT
from tests.events.api_gateway import context, rest_event
from tests.events.kinesis import kinesis_event
from tests.fakes.answers import Answer
from tests.fakes.deliveries import delivery
from tests.fakes.fault_injection import CrashPoint
from tests.fakes.identities import Visitor
from tests.fakes.malformed_files import parquet_of
from tests.fakes.moto_platforms import MotoPlatforms
from tests.fakes.records import AT, NOW, good, sale
from tests.fakes.state_dump import balance, dump_state, keys, merge_all, parquet_rows, table_rows, waiting
from tests.functions.file_loader.files import status, upload
from tests.unit.lake.test_intake import STAMP

AT_THE_BOUND = "x" * (LARGEST_ATTRIBUTES - len('{"note":""}'))
OVER = AT_THE_BOUND + "x"
ROWS = [sale(1, note=AT_THE_BOUND), sale(2, note=OVER), sale(3)]


def _call(wired: Wiring, path: str, body: Any) -> Answer:
    app.dependency_overrides[wiring] = lambda: wired
    try:
        token = Visitor(wired.identity).token
        raw, headers = gzip.compress(orjson.dumps(body)), {"Content-Encoding": "gzip"}
        return Answer.of(
            handler(rest_event("POST", f"/api/v1{path}", token=token, raw=raw, headers=headers), context())
        )
    finally:
        app.dependency_overrides.clear()


def _batch(wired: Wiring, rows: Sequence[Mapping[str, Any]], **fields: Any) -> Answer:
    body = {"source_id": "web-shop", "data_type": "transactions", "format": "json", "data": rows, **fields}
    return _call(wired, "/ingest/batch", body)


def _codes(wired: Wiring) -> list[tuple[int, str]]:
    """The place of each row in quarantine, and the first code against it."""
    rows = chain.from_iterable(parquet_rows(wired.settings, "quarantine/").values())
    return sorted((row["row"], orjson.loads(row["errors"])[0]["code"]) for row in rows)


def _sold(wired: Wiring) -> list[str]:
    return sorted(row["transaction_id"] for row in table_rows(wired.settings, "transactions"))


def test_a_row_of_a_batch_with_too_many_unknown_fields_is_rejected_alone(wired: Wiring) -> None:
    answer = _batch(wired, [*ROWS, *(sale(number) for number in range(4, 9))])
    merge_all(wired)

    assert [(each["row"], each["code"]) for each in answer.data["errors"]] == [(1, "attributes_too_large")]
    assert _codes(wired) == [(1, "attributes_too_large")]
    assert "t-1" in _sold(wired)


def test_a_record_of_the_stream_with_too_many_unknown_fields_is_quarantined(wired: Wiring) -> None:
    payloads = [
        orjson.dumps({"source_id": "web-shop", "data_type": "transactions", "timestamp": AT, "data": row})
        for row in ROWS
    ]
    consume_batch(kinesis_event(payloads)["Records"], wired.loader)
    merge_all(wired)

    assert _codes(wired) == [(1, "attributes_too_large")]
    assert _sold(wired) == ["t-1", "t-3"]


def _csv(rows: Sequence[Mapping[str, Any]]) -> bytes:
    names = list(rows[0])
    return "\n".join([",".join(names), *(",".join(str(row.get(name, "")) for name in names) for row in rows)]).encode()


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("csv", _csv(ROWS)),
        ("json", orjson.dumps(ROWS)),
        ("parquet", parquet_of([{"note": None, **row} for row in ROWS])),
    ],
)
def test_a_row_of_a_file_with_too_many_unknown_fields_is_quarantined(
    wired: Wiring,
    kind: str,
    content: bytes,
) -> None:
    configured = wired.source_configs.of("web-shop")
    wired.source_configs.put("web-shop", configured.model_copy(update={"thresholds": {DataType.TRANSACTIONS: 0}}))

    batch_id = upload(wired, content, format=kind)

    assert [code for _, code in _codes(wired)] == ["attributes_too_large"]
    assert status(wired, batch_id).outcome.loaded == 2


def test_a_redriven_row_is_validated_against_the_same_limit(wired: Wiring) -> None:
    _batch(wired, [*ROWS, *(sale(number) for number in range(4, 9))])

    answer = _call(wired, "/ingest/quarantine/redrive", {"source_id": "web-shop", "dry_run": True})

    assert answer.data["reasons"] == {"attributes_too_large": 1}


@pytest.mark.parametrize(
    ("data_type", "fields", "field", "code"),
    [
        (DataType.TRANSACTIONS, {"region": "x" * (LONGEST_TEXT + 1)}, "/region", "too_long"),
        (DataType.PRODUCTS, {"name": "ß" * (LONGEST_TEXT + 1)}, "/name", "too_long"),
        (DataType.DECISIONS, {"features": {"f": "x" * LARGEST_MAP}}, "/features", "too_large"),
        (DataType.DECISIONS, {"attributions": {f"{n:080}": n / 7 for n in range(999)}}, "/attributions", "too_large"),
        (DataType.DECISIONS, {"attributions": {f"f{n}": n for n in range(1001)}}, "/attributions", "too_many"),
    ],
)
def test_texts_and_maps_are_limited_too(data_type: DataType, fields: dict[str, Any], field: str, code: str) -> None:
    taken = validate_rows(data_type, [good(data_type), good(data_type, **fields)], form=Form.TYPED, at=NOW, stamp=STAMP)

    assert [(each.row, each.field, each.code) for each in taken.errors] == [(1, field, code)]


def test_unknown_fields_of_a_delivery_are_limited_and_excess_rows_rejected() -> None:
    fit = LARGEST_ATTRIBUTES_OF_DELIVERY // LARGEST_ATTRIBUTES
    rows = [{key: str(value) for key, value in sale(number, note=AT_THE_BOUND).items()} for number in range(fit + 2)]
    table = pa.table({name: pa.array([row[name] for row in rows], pa.string()) for name in rows[0]})

    by_row = validate_rows(DataType.TRANSACTIONS, rows, form=Form.TEXT, at=NOW, stamp=STAMP)
    by_column = validate_table(DataType.TRANSACTIONS, table, form=Form.TEXT, at=NOW, stamp=STAMP)

    assert [(each.row, each.code) for each in by_row.errors] == [(fit + n, "attributes_too_large") for n in (0, 1)]
    assert list(by_column.errors) == list(by_row.errors)
    assert by_column.table.equals(by_row.table)


def _loaded(wired: Wiring, count: int) -> None:
    """Deliveries of one day that share records."""
    for number in range(count):
        rows = [sale(number, quantity=1), sale(number + 1, quantity=number + 2), sale(0, quantity=number + 1)]
        wired.loader.load(delivery(DataType.TRANSACTIONS, rows, origin=f"batch-{number}"))


def _merging(wired: Wiring, limits: PassLimits) -> Merger:
    """The merger, with passes of these limits."""
    return replace(wired.merger, cycle=replace(wired.merger.cycle, limits=limits))


def _in_flight(wired: Wiring) -> int:
    return sum(balance(each, lambda text: map(int, text.split())) for each in dump_state(wired.settings).ledger)


def test_rows_beyond_the_limit_of_a_pass_are_merged_by_later_passes(wired: Wiring) -> None:
    _loaded(wired, 4)
    merger = _merging(wired, PassLimits(size=1))

    left = merger.merge(waiting(wired.settings), has_time=lambda: True)

    assert left == set()
    assert keys(wired.settings, "incoming/") == []
    assert wired.table_states.get("transactions").sequence == 4  # a pass, and so a commit, for each delivery
    assert _in_flight(wired) == 0


def test_passes_without_enough_time_are_retried_with_the_message(wired: Wiring) -> None:
    _loaded(wired, 3)
    merger, wanted = _merging(wired, PassLimits(size=1)), waiting(wired.settings)

    left = merger.merge(wanted, has_time=lambda: len(keys(wired.settings, "incoming/")) == 3)

    assert left == wanted
    assert len(keys(wired.settings, "incoming/")) == 2
    assert _in_flight(wired) == 6
    assert merger.merge(left, has_time=lambda: True) == set()
    assert _in_flight(wired) == 0


def test_several_passes_give_the_same_rows_as_one(platforms: MotoPlatforms) -> None:
    assert _rows_after(platforms, 1) == _rows_after(platforms, 2**30)


def _rows_after(platforms: MotoPlatforms, size: int) -> list[dict[str, Any]]:
    with platforms.fresh() as settings:
        wired = Wiring(settings)
        _loaded(wired, 4)
        _merging(wired, PassLimits(size=size)).merge(waiting(settings), has_time=lambda: True)
        return table_rows(settings, "transactions")


@pytest.mark.parametrize("moment", CrashPoint)
@pytest.mark.parametrize("call", [1, 3, 5, 7])
def test_a_merge_that_dies_between_its_passes_counts_every_row_once(
    platforms: MotoPlatforms, call: int, moment: CrashPoint
) -> None:
    with platforms.fresh() as settings:
        wired = Wiring(settings)
        _loaded(wired, 3)
        merger = _merging(wired, PassLimits(size=1))

        with platforms.fault_injector.killing(call, moment):
            merger.merge(waiting(settings), has_time=lambda: True)
        merger.merge(waiting(settings), has_time=lambda: True)
        merge_all(wired)

        assert keys(settings, "incoming/") == []
        assert _in_flight(wired) == 0
