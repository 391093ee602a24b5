"""Values as sources write them are read alike on every path, and what cannot be read for certain is rejected."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from shared.app.wiring import Wiring
from shared.ingestion.stream.consumer import consume_batch
from shared.recovery.models import RedriveRequest
from shared.sources.models import SourceConfiguration
from tests.events.kinesis import kinesis_event
from tests.fakes.records import AT, sale
from tests.fakes.state_dump import merge_all, parquet_rows, table_rows
from tests.functions.file_loader.files import upload
from tests.functions.ingest.conftest import Call

Rows = Sequence[Mapping[str, Any]]


def by_batch(_: Wiring, submit: Call, rows: Rows) -> None:
    submit(rows)


def by_text_batch(_: Wiring, submit: Call, rows: Rows) -> None:
    submit([{name: str(value) for name, value in row.items()} for row in rows], format="csv")


def by_file(wired: Wiring, _: Call, rows: Rows) -> None:
    names = dict.fromkeys(name for row in rows for name in row)
    sink = io.StringIO()
    lines = csv.DictWriter(sink, list(names), restval="")
    lines.writeheader()
    lines.writerows(rows)
    upload(wired, sink.getvalue().encode(), rows_per_part=100)


def by_stream(wired: Wiring, _: Call, rows: Rows) -> None:
    envelopes = [{"source_id": "web-shop", "data_type": "transactions", "timestamp": AT, "data": row} for row in rows]
    consume_batch(kinesis_event(envelopes)["Records"], wired.loader)


def by_xml_file(wired: Wiring, _: Call, rows: Rows) -> None:
    root = Element("sales")
    for row in rows:
        record = SubElement(root, "sale")
        for name, value in row.items():
            SubElement(record, name).text = str(value)
    upload(wired, tostring(root, encoding="utf-8"), rows_per_part=100, format="xml")


def by_parquet_file(wired: Wiring, _: Call, rows: Rows) -> None:
    sink = io.BytesIO()
    pq.write_table(pa.table({name: _column(rows, name) for row in rows for name in row}), sink)
    upload(wired, sink.getvalue(), rows_per_part=100, format="parquet")


def _column(rows: Rows, name: str) -> list[Any]:
    """A column has one type: numbers, or text if any of its values is text."""
    values = [row.get(name) for row in rows]
    if any(isinstance(value, str) for value in values):
        return [None if value is None else str(value) for value in values]
    return [None if value is None else float(value) for value in values]


def by_redrive(wired: Wiring, submit: Call, rows: Rows) -> None:
    _redriven(wired, lambda: by_batch(wired, submit, rows), len(rows))


def by_redrive_of_text(wired: Wiring, submit: Call, rows: Rows) -> None:
    _redriven(wired, lambda: by_text_batch(wired, submit, rows), len(rows))


def by_redrive_of_a_file(wired: Wiring, submit: Call, rows: Rows) -> None:
    _redriven(wired, lambda: by_xml_file(wired, submit, rows), len(rows))


def _redriven(wired: Wiring, deliver: Callable[[], None], rows: int) -> None:
    """Deliver rows by a mapping that rejects them all, correct it, and redrive them."""
    right = wired.source_configs.of("web-shop")
    wrong = {"thresholds": {"transactions": 0}, "mappings": {"transactions": REJECTS_ALL}}
    wired.source_configs.put("web-shop", SourceConfiguration.model_validate(wrong))
    deliver()
    assert stored(wired) == []
    wired.source_configs.put("web-shop", right)
    driven = wired.redrive_service.redrive(RedriveRequest(source_id="web-shop"))
    assert (driven.rows, driven.complete) == (rows, True)


NO_STATUS = "of another mapping"
REJECTS_ALL = {"constants": {"status": NO_STATUS}}
Deliver = Callable[[Wiring, Call, Rows], None]
TEXT_PATHS: list[Deliver] = [by_text_batch, by_file, by_xml_file, by_redrive_of_text, by_redrive_of_a_file]
PATHS: list[Deliver] = [*TEXT_PATHS, by_batch, by_stream, by_parquet_file, by_redrive]
on_every_path = pytest.mark.parametrize("deliver", PATHS)


def stored(wired: Wiring) -> list[dict[str, Any]]:
    """The sales that are loaded, in order of their ids."""
    merge_all(wired)
    return sorted(table_rows(wired.settings, "transactions"), key=lambda row: row["transaction_id"])


def refused(wired: Wiring) -> str:
    """The errors of all quarantined rows: those of their delivery, and those that a redrive finds now."""
    first = [row["errors"] for rows in parquet_rows(wired.settings, "quarantine/").values() for row in rows]
    now = wired.redrive_service.redrive(RedriveRequest(source_id="web-shop", dry_run=True)).rejected_rows
    found = [error.message for row in now for error in row.errors]
    return " ".join([*(errors for errors in first if NO_STATUS not in errors), *found])


@pytest.fixture(autouse=True)
def lenient(call: Call) -> None:
    """Load the valid rows of a batch however many others it has."""
    configure(call)


def configure(call: Call, **mapping: Any) -> None:
    """Map the sales of the source, if there is a mapping."""
    mappings = {"transactions": mapping} if mapping else {}
    answer = call("PUT", "/ingest/sources/web-shop", body={"thresholds": {"transactions": 0}, "mappings": mappings})
    assert answer.status == 200, answer.body


@on_every_path
def test_text_is_trimmed_blank_text_is_absent_and_case_does_not_matter(
    wired: Wiring, submit: Call, deliver: Deliver
) -> None:
    deliver(
        wired,
        submit,
        [
            sale(1, region="", customer_id="", channel="\u2003", currency="USD ", status="completed "),
            sale(2, region=" EU\u00a0", customer_id=" c-1", channel="web", currency="usd", status="Completed"),
        ],
    )

    found = [
        [row[name] for name in ("region", "customer_id", "channel", "currency", "status")] for row in stored(wired)
    ]
    assert found == [[None, None, None, "USD", "completed"], ["EU", "c-1", "web", "USD", "completed"]]
    assert refused(wired) == ""


@pytest.mark.parametrize("deliver", TEXT_PATHS)
def test_words_of_databases_and_spreadsheets_mean_absent_in_text_formats(
    wired: Wiring, submit: Call, deliver: Deliver
) -> None:
    words = ["NULL", r"\N", "NaN", "nan", "None", "#N/A"]
    deliver(wired, submit, [sale(n, customer_id=word, discount=word, region=word) for n, word in enumerate(words)])

    assert [row["customer_id"] for row in stored(wired)] == [None] * 6
    assert [row["region"] for row in stored(wired)] == [None, None, *words[2:]]


@on_every_path
def test_withdrawn_currencies_count_up_to_a_year_after_their_withdrawal(
    wired: Wiring, submit: Call, deliver: Deliver
) -> None:
    sales = [("HRK", "2019-06-01T10:00:00Z"), ("DEM", "1999-06-01T10:00:00Z"), ("hrk", "2024-02-01T00:00:00Z")]
    deliver(wired, submit, [sale(n, currency=code, timestamp=time) for n, (code, time) in enumerate(sales)])

    assert [row["currency"] for row in stored(wired)] == ["HRK", "DEM"]
    assert "HRK was withdrawn, and is invalid from 2024-02-01 on" in refused(wired)


@on_every_path
def test_places_that_would_be_lost_are_rejected(wired: Wiring, submit: Call, deliver: Deliver) -> None:
    amounts = [(0.00004, "100000"), (0.1 + 0.2, "9.990000000"), (2, "0.0000004")]
    deliver(
        wired, submit, [sale(n, quantity=quantity, unit_price=price) for n, (quantity, price) in enumerate(amounts)]
    )

    assert [(row["quantity"], row["unit_price"]) for row in stored(wired)] == [(Decimal("0.3"), Decimal("9.99"))]
    assert "must have at most 4 decimal places" in refused(wired)
    assert "must have at most 6 decimal places" in refused(wired)


@on_every_path
def test_numbers_have_one_reading(wired: Wiring, submit: Call, deliver: Deliver) -> None:
    prices = [".99", "10.", "+5", "1e3", "1,240", "$5"]
    deliver(wired, submit, [sale(n, unit_price=price) for n, price in enumerate(prices)])

    assert [row["unit_price"] for row in stored(wired)] == [Decimal("0.99"), 10, 5, 1000]
    assert "describe them in mappings.numbers" in refused(wired)


@on_every_path
def test_naive_times_are_in_the_zone_of_the_source(wired: Wiring, call: Call, submit: Call, deliver: Deliver) -> None:
    configure(call, date_formats={"timestamp": {"formats": ["%Y-%m-%d %H:%M:%S.%f"], "timezone": "Europe/Berlin"}})
    times = ["1996-07-02 00:30:00", "1996-07-02 00:30:01.123456789", "1996-07-02", "1996-07-02T00:30:00", "1 July"]

    deliver(wired, submit, [sale(n, timestamp=time) for n, time in enumerate(times)])

    first = datetime(1996, 7, 1, 22, 30)  # noqa: DTZ001 # as stored
    assert [row["timestamp"] for row in stored(wired)] == [
        first,
        first.replace(second=1, microsecond=123_000),
        first.replace(hour=22, minute=0),
        first,
    ]
    assert "'1 July' fits none of" in refused(wired)


@on_every_path
def test_the_hour_that_occurs_twice_is_told_apart(wired: Wiring, call: Call, submit: Call, deliver: Deliver) -> None:
    written = {"formats": ["%b %d, %Y %I:%M:%S %p %Z"], "timezone": "America/Los_Angeles"}
    configure(call, date_formats={"timestamp": written})
    times = ["Nov 3, 2024 1:30:00 AM PDT", "Nov 3, 2024 1:30:00 AM PST", "2024-11-03 01:30:00"]

    deliver(wired, submit, [sale(n, timestamp=time) for n, time in enumerate(times)])

    assert [f"{row['timestamp']:%H:%M}" for row in stored(wired)] == ["08:30", "09:30"]
    assert "occurs twice in America/Los_Angeles" in refused(wired)


@on_every_path
def test_line_totals_shares_and_profits_become_prices_discounts_and_costs(
    wired: Wiring, call: Call, submit: Call, deliver: Deliver
) -> None:
    configure(
        call,
        expressions={
            "unit_price": "sales / (1 - share) / quantity",
            "discount": "sales / (1 - share) - sales",
            "unit_cost": "(sales - profit) / quantity",
        },
        drop=["sales", "share", "profit"],
    )
    lines: list[dict[str, Any]] = [
        {"sales": "261.96", "share": "0", "profit": "41.9136"},
        {"sales": 22.368, "share": 0.2, "profit": 2.5164},
    ]
    rows = [{**sale(n, quantity=2), **line} for n, line in enumerate(lines)]

    deliver(wired, submit, [{name: row[name] for name in row if name != "unit_price"} for row in rows])

    found = stored(wired)
    nets = [row["quantity"] * row["unit_price"] - row["discount"] for row in found]
    assert nets == [Decimal("261.96"), Decimal("22.368")]
    assert [net - row["quantity"] * row["unit_cost"] for net, row in zip(nets, found, strict=True)] == [
        Decimal("41.9136"),
        Decimal("2.5164"),
    ]


@on_every_path
def test_amounts_with_symbols_are_read_as_the_mapping_says(
    wired: Wiring, call: Call, submit: Call, deliver: Deliver
) -> None:
    money = {"thousands": ",", "symbols": ["$"], "negative_in_parentheses": True}
    configure(
        call,
        numbers={"gross": money, "reduction": money},
        expressions={"unit_price": "abs(gross / quantity)", "discount": "abs(reduction)"},
        nulls={"customer_id": ["0", "NULL"]},
        drop=["gross", "reduction"],
    )
    lines = [("$99.00", "$0.00", 1, "c-1"), ("$1,240.00", "($40.00)", 2, "0"), ("$1,24", "$0.00", 1, "NULL")]
    rows = [sale(n, gross=g, reduction=d, quantity=q, customer_id=c) for n, (g, d, q, c) in enumerate(lines)]

    deliver(wired, submit, [{name: row[name] for name in row if name != "unit_price"} for row in rows])

    found = [[row[name] for name in ("unit_price", "discount", "customer_id")] for row in stored(wired)]
    assert found == [[99, 0, "c-1"], [620, 40, None]]
    assert "'$1,24' is not a number as described in numbers" in refused(wired)
