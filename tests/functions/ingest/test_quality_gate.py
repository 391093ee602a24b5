"""A batch that is not good enough is refused as a whole: nothing of it is loaded, and all of it is kept and counted."""

from datetime import timedelta
from fractions import Fraction
from typing import Any

import orjson
import pytest

from shared.app.wiring import Wiring
from shared.ingestion.models import BatchIngestionRequest
from shared.ledger.entry import BatchStatus
from shared.quality.rules import overall_score
from shared.records.schema import DataType
from shared.runtime.errors import InsufficientDataQuality
from tests.fakes.clock import Clock
from tests.fakes.deliveries import delivery
from tests.fakes.fault_injection import CrashPoint, deaths
from tests.fakes.moto_platforms import MotoPlatforms
from tests.fakes.records import sale
from tests.fakes.state_dump import dump_state, keys, merge_all, parquet_rows, table_rows
from tests.functions.ingest.conftest import Call

LATE = timedelta(minutes=3)
BAD: list[Any] = [sale(1), sale(2, quantity="two"), sale(3, quantity="three")]


def _submit(wired: Wiring) -> None:
    batch = {"source_id": "web-shop", "data_type": "transactions", "format": "json", "data": BAD}
    with pytest.raises(InsufficientDataQuality):
        wired.batches.submit(BatchIngestionRequest.model_validate(batch), orjson.dumps(batch).decode())


def test_a_batch_below_the_minimum_is_refused_as_the_contract_says(wired: Wiring, submit: Call) -> None:
    answer = submit(BAD)

    details = answer.error["details"]
    (entry,) = dump_state(wired.settings).ledger
    assert (answer.status, answer.code, answer.error["message"]) == (
        422,
        "INSUFFICIENT_DATA_QUALITY",
        "Data quality score too low for processing",
    )
    assert details == {
        "quality_score": 18.33,  # 100, less 66.67 for validity, 10 for completeness, 5 for timeliness
        "minimum_required": 70,
        "failed_checks": ["validity", "completeness", "timeliness"],
        "batch_id": entry["origin"],
        "errors": details["errors"],
    }
    assert [(each["row"], each["field"], each["code"]) for each in details["errors"]] == [
        (1, "/quantity", "type"),
        (2, "/quantity", "type"),
        (0, "", "quality_gate"),
    ]


def test_rows_that_fail_a_check_say_so_in_the_response_and_in_quarantine(wired: Wiring, submit: Call) -> None:
    implausible = [sale(number, unit_price="200000000") for number in range(1, 9, 2)]

    answer = submit([*implausible, *(sale(number) for number in range(2, 10, 2))])

    (rows,) = parquet_rows(wired.settings, "quarantine/").values()
    reasons = {row["row"]: orjson.loads(row["errors"])[0]["message"] for row in rows}
    assert {each["row"]: each["message"] for each in answer.error["details"]["errors"]} == reasons
    assert all("accuracy.unit_price_plausible (Check the unit" in reasons[row] for row in range(4))
    assert not any("unit_price_plausible" in reasons[row] for row in range(4, 8))


def test_a_refusal_lists_at_most_100_row_errors(submit: Call) -> None:
    answer = submit([sale(number, quantity="two") for number in range(150)])

    assert len(answer.error["details"]["errors"]) == 100


def test_a_refused_batch_is_quarantined_whole_with_its_reasons(wired: Wiring, submit: Call) -> None:
    submit(BAD)

    (rows,) = parquet_rows(wired.settings, "quarantine/").values()
    codes = {row["row"]: [each["code"] for each in orjson.loads(row["errors"])] for row in rows}
    assert codes == {0: ["quality_gate"], 1: ["type"], 2: ["type"]}
    assert [orjson.loads(row["raw"]) for row in sorted(rows, key=lambda row: row["row"])] == BAD
    assert keys(wired.settings, "incoming/") == []
    assert len(keys(wired.settings, "landing/")) == 1


def test_a_refused_batch_is_in_the_ledger_with_every_row_and_has_failed(wired: Wiring, submit: Call) -> None:
    submit(BAD)

    (item,) = dump_state(wired.settings).ledger
    entry = wired.ledger.get(item["origin"])
    assert entry is not None
    assert (entry.received, entry.quarantined, entry.in_flight) == (3, 3, 0)
    assert (entry.refused, entry.status) == (True, BatchStatus.FAILED)


def test_a_batch_exactly_at_the_minimum_is_loaded(wired: Wiring, submit: Call) -> None:
    good = [sale(number, timestamp="2025-03-01T11:00:00Z") for number in range(80)]

    loaded = submit([*good, *[{}] * 20])  # 100, less 20 for validity and 10 for completeness
    refused = submit([*good, *[{}] * 21])
    merge_all(wired)

    assert (loaded.status, refused.status) == (201, 422)
    assert len(table_rows(wired.settings, "transactions")) == 80


def test_stale_incomplete_and_repeated_rows_are_poor_and_loaded(submit: Call) -> None:
    assert submit([sale(1, timestamp="2010-12-01T08:26:00Z")] * 50).status == 201


def test_after_a_rejected_batch_the_next_valid_one_is_loaded(wired: Wiring, submit: Call) -> None:
    submit(BAD)

    assert submit([sale(1)]).status == 201
    merge_all(wired)
    assert len(table_rows(wired.settings, "transactions")) == 1


def test_streamed_records_are_scored_and_never_refused(wired: Wiring) -> None:
    loaded = wired.loader.load(delivery(DataType.TRANSACTIONS, BAD, origin="run-1"))

    assert (loaded.refusal, loaded.entry.refused) == (None, False)
    assert overall_score(loaded.entry.quality) < Fraction(70)
    assert len(keys(wired.settings, "incoming/")) == 1


def test_a_refusal_killed_around_any_write_completes(platforms: MotoPlatforms) -> None:
    with platforms.fresh() as settings:
        wired = Wiring(settings, Clock())
        writes = platforms.fault_injector.count(lambda: _submit(wired))

    for step, moment in deaths(writes):
        with platforms.fresh() as settings:
            clock = Clock()
            wired = Wiring(settings, clock)
            with platforms.fault_injector.killing(step, moment):
                _submit(wired)

            clock.pass_by(LATE)
            wired.sweeper.sweep()

            held = dump_state(settings)
            case = f"killed {moment} write {step} of {writes}"
            assert held.incoming == [], case
            for item in held.ledger:
                assert wired.ledger.get(item["origin"]).in_flight == 0, case  # type: ignore[union-attr] # it is there
                ((rows),) = held.quarantine.values()
                assert len(rows) == len(BAD), case
                (counted,) = wired.quality_reports.states.find("web-shop", clock() - LATE, clock())
                assert counted.state.rows == len(BAD), case


def test_an_accepted_batch_is_resumed_even_if_the_threshold_was_raised_since(platforms: MotoPlatforms) -> None:
    rows = [sale(number) for number in range(9)]
    batch = {"source_id": "web-shop", "data_type": "transactions", "format": "json", "data": rows}
    with platforms.fresh() as settings:
        clock = Clock()
        wired = Wiring(settings, clock)
        with platforms.fault_injector.killing(1, CrashPoint.AFTER):  # kept and opened, nothing else
            wired.batches.submit(BatchIngestionRequest.model_validate(batch), orjson.dumps(batch).decode())
        clock.pass_by(LATE)
        _ask_for(wired, "web-shop", 99)

        wired.sweeper.sweep()
        merge_all(wired)

        assert len(table_rows(settings, "transactions")) == len(rows)


def _ask_for(wired: Wiring, source_id: str, threshold: float) -> None:
    configured = wired.source_configs.of(source_id)
    wired.source_configs.put(
        source_id, configured.model_copy(update={"thresholds": {DataType.TRANSACTIONS: threshold}})
    )


@pytest.mark.parametrize(("threshold", "status"), [(18.33, 201), (18.34, 422), (0, 201)])
def test_the_minimum_score_is_configured_by_source_and_type(
    wired: Wiring, submit: Call, threshold: float, status: int
) -> None:
    _ask_for(wired, "web-shop", threshold)

    assert submit(BAD).status == status
    assert submit(BAD, source_id="another-shop").status == 422
