"""Labels reach their decision, however late either of them arrives, and are counted once."""

from datetime import timedelta
from typing import Any

import pytest

from shared.app.wiring import Wiring
from shared.ingestion.stream.consumer import consume_batch
from shared.ledger.provider import deliveries
from shared.records.schema import DataType
from tests.events.kinesis import kinesis_event
from tests.fakes.clock import Clock
from tests.fakes.deliveries import delivery
from tests.fakes.fault_injection import deaths
from tests.fakes.moto_platforms import MotoPlatforms
from tests.fakes.records import NOW, good
from tests.fakes.state_dump import dump_state, merge_all, table_rows
from tests.functions.ingest.conftest import Call

LATE = timedelta(minutes=3)


def _label(number: int, **fields: Any) -> dict[str, Any]:
    return good(DataType.LABELS, decision_id=f"d-{number}", decision_timestamp=None, **fields)


def _decision(number: int, day: str = "2025-02-27") -> dict[str, Any]:
    return good(DataType.DECISIONS, decision_id=f"d-{number}", timestamp=f"{day}T10:15:00Z")


def _labels(wired: Wiring, origin: str, *numbers: int, **parts: Any) -> None:
    wired.loader.load(delivery(DataType.LABELS, [_label(number) for number in numbers], origin=origin, **parts))


def _decisions(wired: Wiring, origin: str, *numbers: int, **fields: Any) -> None:
    rows = [_decision(number, **fields) for number in numbers]
    wired.loader.load(delivery(DataType.DECISIONS, rows, origin=origin))


def _in_lake(wired: Wiring) -> dict[str, str]:
    merge_all(wired)
    rows = table_rows(wired.settings, "labels")
    return {row["decision_id"]: f"{row['decision_timestamp']:%Y-%m-%d}" for row in rows}


def _outcome(wired: Wiring, origin: str) -> tuple[int, int, int, int]:
    entry = wired.ledger.get(origin)
    assert entry is not None
    return entry.received, entry.outcomes.loaded, entry.quarantined, entry.in_flight


def test_an_early_label_is_loaded_when_its_decision_arrives(wired: Wiring, clock: Clock) -> None:
    _labels(wired, "batch-l", 1, 2)
    clock.pass_by(timedelta(days=400))
    nothing_yet = wired.sweeper.sweep().late_labels
    _decisions(wired, "batch-d", 1, day="2023-06-05")

    swept = wired.sweeper.sweep()

    assert (nothing_yet, swept.late_labels) == (0, 1)
    assert _in_lake(wired) == {"d-1": "2023-06-05"}
    assert _outcome(wired, "batch-l") == (2, 1, 1, 0)
    assert wired.sweeper.sweep().late_labels == 0


def test_a_label_of_an_old_decision_is_loaded_immediately(wired: Wiring) -> None:
    _decisions(wired, "batch-d", 1, day="2019-01-01")
    _labels(wired, "batch-l", 1)

    assert _in_lake(wired) == {"d-1": "2019-01-01"}
    assert wired.sweeper.sweep().late_labels == 0


def test_labels_of_several_deliveries_and_of_the_stream_wait_for_one_decision(wired: Wiring) -> None:
    _labels(wired, "batch-1", 1, 2)
    other = delivery(DataType.LABELS, [_label(1, source="manual_review")], origin="batch-2")
    wired.loader.load(other)
    envelope = {"source_id": "till-7", "data_type": "labels", "timestamp": "2025-03-01T00:00:00Z"}
    (entry,) = consume_batch(
        kinesis_event([envelope | {"data": _label(1, source="dispute_won")}])["Records"], wired.loader
    )
    _decisions(wired, "batch-d", 1, 2)

    swept = wired.sweeper.sweep()

    merge_all(wired)
    assert swept.late_labels == 4
    assert [_outcome(wired, origin)[1:] for origin in ("batch-1", "batch-2", entry.delivery_id)] == [
        (2, 0, 0),
        (1, 0, 0),
        (1, 0, 0),
    ]


def test_each_arriving_decision_loads_its_own_labels_of_a_batch(wired: Wiring) -> None:
    _labels(wired, "batch-l", 1, 2, 3)

    brought = []
    for number in (2, 3, 1):
        _decisions(wired, f"batch-{number}", number)
        brought.append(wired.sweeper.sweep().late_labels)

    assert brought == [1, 1, 1]
    assert sorted(_in_lake(wired)) == ["d-1", "d-2", "d-3"]
    assert _outcome(wired, "batch-l") == (3, 3, 0, 0)


def test_a_batch_of_early_labels_is_not_refused(wired: Wiring, submit: Call) -> None:
    answer = submit([_label(number) for number in range(5)], "labels")

    assert (answer.status, answer.data["validation_status"]) == (201, "failed")
    assert _outcome(wired, answer.data["batch_id"])[2] == 5


def test_labels_redriven_by_a_client_are_not_redriven_again(wired: Wiring, call: Call) -> None:
    _labels(wired, "batch-l", 1)
    _decisions(wired, "batch-d", 1)
    by_hand = call("POST", "/ingest/quarantine/redrive", body={"code": "decision_unknown"}).data

    swept = wired.sweeper.sweep()

    assert (by_hand["accepted"], swept.late_labels) == (1, 0)
    assert _in_lake(wired) == {"d-1": "2025-02-27"}
    assert _outcome(wired, "batch-l") == (1, 1, 0, 0)
    assert list(wired.decisions.resolved()) == []


def test_a_streamed_label_may_precede_its_decision(call: Call) -> None:
    envelope = {"source_id": "till-7", "data_type": "labels", "timestamp": "2025-03-01T00:00:00Z"}

    assert call("POST", "/ingest/stream", body=envelope | {"data": _label(1)}).status == 202


def test_early_labels_are_counted_once_after_a_kill_at_any_write(platforms: MotoPlatforms) -> None:
    def history(wired: Wiring) -> None:
        _labels(wired, "batch-l", 1, 2)
        _decisions(wired, "batch-d", 1)
        wired.sweeper.sweep()

    with platforms.fresh() as settings:
        writes = platforms.fault_injector.count(lambda: history(Wiring(settings, Clock())))

    for step, moment in deaths(writes):
        with platforms.fresh() as settings:
            clock = Clock()
            wired = Wiring(settings, clock)
            with platforms.fault_injector.killing(step, moment):
                history(wired)
            _labels(wired, "batch-l", 1, 2)
            _decisions(wired, "batch-d", 1)
            clock.pass_by(LATE)
            for _ in range(2):
                wired.sweeper.sweep()

            case = f"killed {moment} write {step} of {writes}"
            assert _in_lake(wired) == {"d-1": "2025-02-27"}, case
            assert _outcome(wired, "batch-l") == (2, 1, 1, 0), case
            (left,) = dump_state(settings).quarantine.values()
            assert [row["row"] for row in left] == [1], case
            assert list(wired.decisions.resolved()) == [], case


def test_labels_of_a_refused_batch_stay_quarantined(wired: Wiring, submit: Call) -> None:
    answer = submit([_label(1), {}, {}, {}], "labels")
    _decisions(wired, "batch-d", 1)

    swept = wired.sweeper.sweep()

    (entry,) = [each for each in deliveries(wired).between("web-shop", NOW, NOW + LATE) if each.refused]
    assert (answer.status, swept.late_labels, entry.quarantined) == (422, 0, 4)
    assert list(wired.decisions.resolved()) == []


def test_one_wrong_label_among_many_early_ones_does_not_refuse_the_batch(wired: Wiring, submit: Call) -> None:
    answer = submit([*(_label(number) for number in range(9)), {}], "labels")

    assert (answer.status, answer.data["validation_status"]) == (201, "failed")
    assert _outcome(wired, answer.data["batch_id"]) == (10, 0, 10, 0)


def test_one_implausible_label_among_many_early_ones_does_not_refuse_the_batch(wired: Wiring, submit: Call) -> None:
    implausible = _label(9) | {"decision_timestamp": "2025-02-28T00:00:00Z", "labelled_at": "2025-02-01T00:00:00Z"}

    answer = submit([*(_label(number) for number in range(9)), implausible], "labels")

    assert answer.status == 201
    assert (_outcome(wired, answer.data["batch_id"])[2:]) == (9, 1)


def test_many_wrong_labels_among_early_ones_refuse_the_batch(submit: Call) -> None:
    assert submit([_label(1), _label(2), {}, {}], "labels").status == 422


@pytest.mark.parametrize("told", ["2019-01-01T00:00:00Z", "2099-01-01T00:00:00Z", "yesterday", 7])
def test_a_wrong_time_is_replaced_by_that_of_the_known_decision(wired: Wiring, submit: Call, told: object) -> None:
    submit([_decision(1)], "decisions")

    answer = submit([_label(1) | {"decision_timestamp": told}], "labels")

    assert answer.data["validation_status"] == "passed"
    assert _in_lake(wired) == {"d-1": "2025-02-27"}
    assert _outcome(wired, answer.data["batch_id"]) == (1, 1, 0, 0)
