"""Formats and texts that are made to be slow are refused, or read in a time that does not depend on them."""

import faulthandler
from collections.abc import Iterator

import pytest

from shared.app.wiring import Wiring
from tests.fakes.records import sale
from tests.fakes.state_dump import merge_all, table_rows
from tests.functions.ingest.conftest import Call

ROWS = 1_000
_HUNG_AFTER = 120.0
"""Seconds. What backtracks for ever ends the run here; it is no measure of speed."""

REFUSED = {
    "a long one": "%Y" + "x" * 100,
    "a directive twice": "%Y %Z %Z",
    "no year": "(a+)+$",
    "fractions in a row": "%Y%f%f",
    "control characters": "%Y\x00",
    "a directive that strptime lacks": "%Y%+",
}
SLOW = [
    "%Z" + " x" * 40 + " %Y",
    "%Y %j %H %M %S %f %Z",
    "(a+)+$%Y",
    "(.*)*(.*)*%Y",
    "%A %B %d %Y %I:%M:%S.%f %p %Z",
    "%Z%Y",
    "%Y" + "  %%" * 20,
    "%d %m %H %M %S %f %Y",
]
TEXTS = [
    "a" * 200,
    "x" + " x" * 99 + "!",
    "1" * 200,
    "2024 " + "a " * 97 + "1",
    "((((" * 50,
    "2024" + " %" * 90,
    "a" * 4_000,
]


@pytest.fixture
def _hang_guard() -> Iterator[None]:
    faulthandler.dump_traceback_later(_HUNG_AFTER, exit=True)
    yield
    faulthandler.cancel_dump_traceback_later()


def _configure(call: Call, formats: list[str]) -> tuple[int, list[str]]:
    times = {"timestamp": {"formats": formats, "timezone": "Europe/Berlin"}}
    body = {"thresholds": {"transactions": 0}, "mappings": {"transactions": {"date_formats": times}}}
    answer = call("PUT", "/ingest/sources/web-shop", body=body)
    return answer.status, list(answer.fields) if answer.status == 400 else []


@pytest.mark.parametrize("written", REFUSED.values(), ids=REFUSED)
def test_a_format_that_is_none_is_refused_by_name(call: Call, written: str) -> None:
    status, fields = _configure(call, ["%Y-%m-%d", written])

    assert (status, fields) == (400, ["mappings.transactions.date_formats.timestamp.formats.1"])


def test_more_formats_than_ten_are_refused(call: Call) -> None:
    assert _configure(call, ["%Y-%m-%d"] * 11)[0] == 400


@pytest.mark.usefixtures("_hang_guard")
@pytest.mark.parametrize("data_format", ["json", "csv"])
def test_texts_made_for_slow_formats_are_rejected_and_the_others_loaded(
    wired: Wiring, call: Call, submit: Call, data_format: str
) -> None:
    assert _configure(call, SLOW) == (200, [])
    times = [TEXTS[n % len(TEXTS)] for n in range(ROWS)]

    answer = submit([*(sale(n, timestamp=time) for n, time in enumerate(times)), sale(ROWS)], format=data_format)

    merge_all(wired)
    status = call("GET", f"/ingest/batches/{answer.data['batch_id']}/status").data
    assert (status["outcome"]["loaded"], status["outcome"]["quarantined"]) == (1, ROWS)
    assert [row["transaction_id"] for row in table_rows(wired.settings, "transactions")] == [f"t-{ROWS}"]


@pytest.mark.usefixtures("_hang_guard")
@pytest.mark.parametrize("price", ["1," * 2_000, "(" * 4_000, "$" * 4_000, "1" * 4_000, "1," * 1_999 + "x"])
def test_amounts_made_to_be_slow_are_rejected(wired: Wiring, call: Call, submit: Call, price: str) -> None:
    form = {"thousands": ",", "symbols": ["$", "$$"], "negative_in_parentheses": True}
    body = {"thresholds": {"transactions": 0}, "mappings": {"transactions": {"numbers": {"unit_price": form}}}}
    assert call("PUT", "/ingest/sources/web-shop", body=body).status == 200

    answer = submit([*(sale(n, unit_price=price) for n in range(ROWS)), sale(ROWS)], format="csv")

    merge_all(wired)
    status = call("GET", f"/ingest/batches/{answer.data['batch_id']}/status").data
    assert (status["outcome"]["loaded"], status["outcome"]["quarantined"]) == (1, ROWS)
