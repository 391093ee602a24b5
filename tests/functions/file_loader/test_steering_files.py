"""A file may be stopped at any time and taken up again; what had merged stays, and every row is counted once."""

from datetime import timedelta

import pytest

from shared.app.wiring import Wiring
from shared.ledger.entry import BatchStatus
from shared.quality.rules import Requirements
from shared.runtime.errors import Conflict, NotFound
from tests.fakes.clock import Clock
from tests.fakes.state_dump import base_rows, keys, merge_all, table_rows
from tests.functions.file_loader.files import (
    announce,
    for_one_part,
    load,
    loader,
    outcome,
    put,
    sales_csv,
    status,
    upload,
)
from tests.tiers import one_in


def _begun(wired: Wiring, *, runs: int, rows: int = 7) -> str:
    """A file of three parts, as far as so many runs of one part each bring it."""
    batch_id = announce(wired)
    put(wired, batch_id, sales_csv(range(rows)))
    for _ in range(runs):
        loader(wired).run(batch_id, has_time=for_one_part())
    return batch_id


def _loaded(wired: Wiring) -> int:
    return len(table_rows(wired.settings, "transactions"))


@pytest.mark.parametrize("runs", one_in(3, range(7)))
@pytest.mark.parametrize("merged", [True, False], ids=["merged meanwhile", "not merged"])
def test_a_file_cancelled_anywhere_and_resumed_loads_each_row_once(wired: Wiring, runs: int, merged: bool) -> None:
    batch_id = _begun(wired, runs=runs)
    if merged:
        merge_all(wired)
    had = _loaded(wired)

    wired.lifecycle.cancel(batch_id)
    load(wired)
    merge_all(wired)
    told = status(wired, batch_id)
    assert told.status is BatchStatus.CANCELLED
    assert (told.outcome.loaded, told.outcome.in_flight) == (had, 0)
    assert told.outcome.quarantined == told.progress.total_records - had
    assert _loaded(wired) == had

    wired.lifecycle.resume(batch_id)
    load(wired)
    merge_all(wired)
    assert status(wired, batch_id).status is BatchStatus.COMPLETED
    assert outcome(wired, batch_id) == {"loaded": 7}
    assert _loaded(wired) == 7
    assert keys(wired.settings, "incoming/") == []


def test_a_file_may_be_cancelled_and_resumed_repeatedly(wired: Wiring) -> None:
    batch_id = _begun(wired, runs=5)

    for _ in range(3):
        wired.lifecycle.cancel(batch_id)
        load(wired)
        merge_all(wired)
        assert outcome(wired, batch_id) == {"quarantined": 7}
        wired.lifecycle.resume(batch_id)
        for _ in range(5):
            loader(wired).run(batch_id, has_time=for_one_part())
    load(wired)
    merge_all(wired)

    assert outcome(wired, batch_id) == {"loaded": 7}
    assert _loaded(wired) == 7


def test_a_run_stops_before_the_next_part_when_its_file_is_cancelled(wired: Wiring) -> None:
    batch_id = _begun(wired, runs=3)
    asked = iter([True, True])

    def cancelled_meanwhile() -> bool:
        if next(asked, None) is None:
            raise AssertionError("the run went on")
        wired.lifecycle.cancel(batch_id) if wired.uploads.store.get(batch_id).state == "loading" else None  # type: ignore[union-attr]
        return True

    loader(wired).run(batch_id, has_time=cancelled_meanwhile)
    load(wired)
    merge_all(wired)

    assert outcome(wired, batch_id) == {"quarantined": 7}


def test_only_active_files_can_be_cancelled_and_only_failed_or_cancelled_resumed(wired: Wiring, clock: Clock) -> None:
    done = upload(wired, sales_csv(range(2)))
    never = announce(wired)
    clock.pass_by(timedelta(minutes=63))
    wired.sweeper.sweep()

    for batch_id in (done, never):
        with pytest.raises(Conflict):
            wired.lifecycle.cancel(batch_id)
        with pytest.raises(Conflict):
            wired.lifecycle.resume(batch_id)
    for act in (wired.lifecycle.status, wired.lifecycle.cancel, wired.lifecycle.resume):
        with pytest.raises(NotFound):
            act("batch-of-nobody")


def test_a_file_below_the_minimum_score_is_refused_and_loads_when_it_is_lowered(wired: Wiring) -> None:
    batch_id = upload(wired, sales_csv(range(10), bad=range(5)))

    told = status(wired, batch_id)
    assert told.status is BatchStatus.FAILED
    assert outcome(wired, batch_id) == {"quarantined": 10}
    assert told.errors is not None
    assert (told.errors[0].code, told.errors[0].stage) == ("INSUFFICIENT_DATA_QUALITY", "validate")
    assert told.errors[0].sample is not None
    assert told.errors[0].sample["minimum_required"] == 70
    assert base_rows(wired.settings) == {}

    object.__setattr__(wired.loader.validator, "requirements_of", lambda _, __: Requirements(minimum=0))  # type: ignore[arg-type]
    wired.lifecycle.resume(batch_id)
    load(wired)
    merge_all(wired)
    assert outcome(wired, batch_id) == {"loaded": 5, "quarantined": 5}
    assert status(wired, batch_id).status is BatchStatus.COMPLETED


def test_a_refused_file_is_in_progress_until_the_ledger_has_its_rows(wired: Wiring) -> None:
    batch_id = announce(wired)
    put(wired, batch_id, sales_csv(range(3), bad=range(3)))
    for _ in range(2):  # its only part is checked, and the file refused; no time is left to account for the rows
        loader(wired).run(batch_id, has_time=for_one_part())

    told = status(wired, batch_id)
    assert (told.status, told.outcome.quarantined, told.completed_at) == (BatchStatus.PROCESSING, 0, None)
    with pytest.raises(Conflict, match="retry later"):
        wired.lifecycle.resume(batch_id)
    with pytest.raises(Conflict):
        wired.lifecycle.cancel(batch_id)

    load(wired)
    assert status(wired, batch_id).status is BatchStatus.FAILED
    assert outcome(wired, batch_id) == {"quarantined": 3}
