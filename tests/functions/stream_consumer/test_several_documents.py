"""Several JSON documents in one record of the stream, and documents with several records: each is counted."""

import json
from typing import Any

import orjson
import pytest

from shared.app.wiring import Wiring
from shared.ingestion.stream.consumer import consume_batch
from shared.ledger.entry import UNATTRIBUTED
from shared.recovery.models import RedriveRequest
from shared.sources.config_store import FRESH_FOR
from shared.sources.models import SourceConfiguration
from tests.events.kinesis import kinesis_event
from tests.fakes.clock import Clock
from tests.fakes.records import AT, sale
from tests.fakes.state_dump import dump_state, merge_all, parquet_rows, table_rows


def _envelope(data: Any) -> dict[str, Any]:
    return {"source_id": "web-shop", "data_type": "transactions", "timestamp": AT, "data": data}


def _texts(*numbers: int, indent: int | None = None) -> list[str]:
    return [json.dumps(_envelope(sale(number)), indent=indent) for number in numbers]


def _sold(wired: Wiring) -> list[str]:
    merge_all(wired)
    return sorted(row["transaction_id"] for row in table_rows(wired.settings, "transactions"))


@pytest.mark.parametrize(
    "payload",
    [
        "\n".join(_texts(1, 2, 3)),
        "\r\n".join([*_texts(1, 2, 3), "", ""]),
        "".join(_texts(1, 2, 3)),
        "\n".join(_texts(1, 2, 3, indent=2)),
    ],
    ids=["lines", "lines of Windows", "concatenated", "pretty"],
)
def test_each_document_of_a_record_is_loaded(wired: Wiring, payload: str) -> None:
    (entry,) = consume_batch(kinesis_event([payload.encode(), _texts(4)[0].encode()])["Records"], wired.loader)

    assert entry.received == 4
    assert _sold(wired) == ["t-1", "t-2", "t-3", "t-4"]


def test_the_last_of_equal_keys_in_a_record_wins(wired: Wiring) -> None:
    lines = [json.dumps(_envelope(sale(1, region=region))) for region in ("old", "new")]

    consume_batch(kinesis_event(["\n".join(lines).encode()])["Records"], wired.loader)
    merge_all(wired)

    assert [row["region"] for row in table_rows(wired.settings, "transactions")] == ["new"]


def test_a_malformed_line_costs_only_itself(wired: Wiring) -> None:
    payload = "\n".join([*_texts(1), '{"a":', *_texts(2)]).encode()

    entries = consume_batch(kinesis_event([payload, b"no json\nat all"])["Records"], wired.loader)

    assert {entry.source_id: entry.received for entry in entries} == {"web-shop": 2, UNATTRIBUTED: 2}
    rows = [row for rows in parquet_rows(wired.settings, "quarantine/").values() for row in rows]
    assert sorted(row["raw"] for row in rows) == ["no json\nat all", '{"a":']
    assert wired.redrive_service.redrive(RedriveRequest()).accepted == 0


def test_a_repeated_record_changes_nothing(wired: Wiring) -> None:
    records = kinesis_event(["\n".join([*_texts(1), "{", *_texts(2)]).encode()])["Records"]
    consume_batch(records, wired.loader)
    before = dump_state(wired.settings)

    consume_batch(records, wired.loader)

    assert dump_state(wired.settings) == before


MAPPING = {
    "columns": {"no": "transaction_id", "sku": "product_id", "price": "unit_price"},
    "records": {"path": "lines[*]", "fields": {"order_id": "^.id"}},
}


def test_each_record_in_a_document_is_loaded_with_the_time_of_the_envelope(wired: Wiring, clock: Clock) -> None:
    configuration = SourceConfiguration.model_validate({"mappings": {"transactions": MAPPING}})
    wired.source_configs.put("web-shop", configuration)
    clock.pass_by(FRESH_FOR)
    lines = [{"no": name, "sku": "mug", "quantity": number, "price": 2} for name, number in (("a", 1), ("b", "x"))]
    orders = [{"id": "o-1", "lines": lines}, {"id": "o-2"}, {"id": "o-3", "lines": []}]
    payloads = [orjson.dumps(_envelope(order)) for order in orders]
    payloads.append(orjson.dumps(_envelope({"id": "o-4", "lines": [{**lines[0], "no": "d"}]})))

    (entry,) = consume_batch(kinesis_event(payloads)["Records"], wired.loader)

    assert (entry.received, entry.rejected) == (4, 2)
    rows = [row for rows in parquet_rows(wired.settings, "quarantine/").values() for row in rows]
    assert sorted((row["row"], orjson.loads(row["errors"])[0]["code"]) for row in rows) == [
        (1, "type"),
        (2, "record_path"),
    ]
    assert _sold(wired) == ["a", "d"]


def test_a_run_of_documents_without_records_is_counted(wired: Wiring, clock: Clock) -> None:
    configuration = SourceConfiguration.model_validate({"mappings": {"transactions": MAPPING}})
    wired.source_configs.put("web-shop", configuration)
    clock.pass_by(FRESH_FOR)

    (entry,) = consume_batch(kinesis_event([orjson.dumps(_envelope({"id": "o-2"}))])["Records"], wired.loader)

    assert (entry.received, entry.rejected, entry.source_id) == (1, 1, "web-shop")
