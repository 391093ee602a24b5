"""A file is checked as a whole and loaded part by part; whatever is repeated or cut short, it is loaded once."""

from datetime import timedelta

import pytest

from functions.file_loader.handler import handler
from shared.app.wiring import Wiring
from shared.ledger.entry import BatchStatus
from tests.events.api_gateway import context
from tests.events.sqs import s3_test_notice, sqs_event
from tests.fakes.clock import Clock
from tests.fakes.state_dump import body, dump_state, keys, merge_all, parquet_rows, table_rows
from tests.functions.file_loader.files import (
    announce,
    for_one_part,
    load,
    loader,
    outcome,
    put,
    sales_csv,
    sent,
    status,
    upload,
    zipped,
)


def _loaded(wired: Wiring) -> list[str]:
    return sorted(row["transaction_id"] for row in table_rows(wired.settings, "transactions"))


def test_each_part_has_a_ledger_entry_and_invalid_rows_keep_their_line_numbers(
    wired: Wiring,
) -> None:
    batch_id = upload(wired, zipped(sales_csv(range(10), bad=[4])), compression="gzip")

    told = status(wired, batch_id)
    assert told.status is BatchStatus.COMPLETED
    assert told.progress.progress_percentage == 100
    assert outcome(wired, batch_id) == {"loaded": 9, "quarantined": 1}
    assert [entry.received for entry in wired.ledger.of_batch(batch_id)] == [3, 3, 3, 1]
    assert _loaded(wired) == sorted(f"t-{number}" for number in range(10) if number != 4)
    (quarantined,) = parquet_rows(wired.settings, "quarantine/").values()
    assert [row["row"] for row in quarantined] == [6]  # the header is line 1
    assert told.errors is not None
    assert [(error.code, error.stage, error.count, error.first_row) for error in told.errors] == [
        ("type", "validate", 1, 6)
    ]


def test_the_function_accepts_s3_notifications_test_events_and_its_own_messages(deployed: Wiring) -> None:
    batch_id = announce(deployed)
    notice = put(deployed, batch_id, sales_csv(range(2)))

    handler(sqs_event([s3_test_notice(), notice, notice]), context(remaining_ms=800_000))
    merge_all(deployed)

    assert outcome(deployed, batch_id) == {"loaded": 2}


def test_a_run_out_of_time_hands_over_after_each_part(wired: Wiring) -> None:
    batch_id = announce(wired)
    put(wired, batch_id, sales_csv(range(7)))

    loader(wired).run(batch_id, has_time=for_one_part())
    ways = [status(wired, batch_id).progress.progress_percentage]
    for _ in sent(wired.settings):
        loader(wired).run(batch_id, has_time=for_one_part())
        ways.append(status(wired, batch_id).progress.progress_percentage)
    merge_all(wired)

    assert len(ways) > 6
    assert ways == sorted(ways)
    assert outcome(wired, batch_id) == {"loaded": 7}


def test_a_file_in_progress_has_an_estimate_of_the_rest_from_its_progress_so_far(wired: Wiring, clock: Clock) -> None:
    batch_id = announce(wired)
    announced = status(wired, batch_id).progress
    put(wired, batch_id, sales_csv(range(7)))
    loader(wired).run(batch_id, has_time=lambda: True)
    clock.pass_by(timedelta(seconds=20))

    loaded = status(wired, batch_id).progress
    merge_all(wired)
    merged = status(wired, batch_id).progress

    assert loaded.progress_percentage == 66.67
    assert [each.estimated_remaining for each in (announced, loaded, merged)] == [None, "PT10S", None]


def test_a_file_leased_by_another_run_is_skipped_until_the_lease_ends(wired: Wiring, clock: Clock) -> None:
    batch_id = announce(wired)
    put(wired, batch_id, sales_csv(range(2)))
    wired.uploads.store.change(
        batch_id, lambda stands: stands.arrive(etag="x", size=1, at=clock()).lease("a run", clock())
    )

    loader(wired).run(batch_id, has_time=lambda: True)

    kept = wired.uploads.store.get(batch_id)
    assert kept is not None
    assert (kept.leased_to, kept.parts, kept.tries) == ("a run", 0, 1)


def test_the_same_file_in_a_new_batch_is_all_duplicates(wired: Wiring, clock: Clock) -> None:
    upload(wired, sales_csv(range(5)))
    clock.pass_by(timedelta(hours=1))

    again = upload(wired, sales_csv(range(5)))

    assert outcome(wired, again) == {"duplicate": 5}
    assert _loaded(wired) == [f"t-{number}" for number in range(5)]


def test_a_file_replaced_while_it_is_read_is_not_mixed_with_the_old_one(wired: Wiring) -> None:
    batch_id = announce(wired)
    put(wired, batch_id, sales_csv(range(5)))
    loader(wired).run(batch_id, has_time=for_one_part())

    load(wired, put(wired, batch_id, sales_csv(range(100, 105))))
    merge_all(wired)

    told = status(wired, batch_id)
    assert told.status is BatchStatus.FAILED
    assert told.errors is not None
    assert told.errors[0].code == "file_gone"
    assert outcome(wired, batch_id) == {"quarantined": 3}
    assert _loaded(wired) == []


def test_an_upload_without_a_file_fails_after_expiry_and_counts_nothing(wired: Wiring, clock: Clock) -> None:
    batch_id = announce(wired)

    wired.sweeper.sweep()
    assert status(wired, batch_id).status is BatchStatus.PROCESSING
    clock.pass_by(timedelta(minutes=63))
    wired.sweeper.sweep()

    told = status(wired, batch_id)
    assert told.status is BatchStatus.FAILED
    assert told.errors is not None
    assert [(error.code, error.count) for error in told.errors] == [("never_uploaded", 1)]
    assert dump_state(wired.settings).ledger == []


def test_a_file_that_arrives_after_its_upload_expired_is_loaded(wired: Wiring, clock: Clock) -> None:
    batch_id = announce(wired)
    clock.pass_by(timedelta(minutes=63))
    wired.sweeper.sweep()

    load(wired, put(wired, batch_id, sales_csv(range(2))))
    merge_all(wired)

    told = status(wired, batch_id)
    assert (told.status, told.errors) == (BatchStatus.COMPLETED, None)


def test_a_file_whose_notification_was_lost_is_found_by_the_sweeper(wired: Wiring, clock: Clock) -> None:
    batch_id = announce(wired)
    put(wired, batch_id, sales_csv(range(2)))
    clock.pass_by(timedelta(minutes=5))

    wired.sweeper.sweep()
    load(wired)
    merge_all(wired)

    assert outcome(wired, batch_id) == {"loaded": 2}


def test_a_file_failing_repeatedly_for_internal_errors_fails_and_can_be_resumed(
    wired: Wiring, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch_id = announce(wired)
    put(wired, batch_id, sales_csv(range(4)))
    faulty = loader(wired)
    monkeypatch.setattr(type(faulty.loader), "load", _broken)
    for _ in range(6):
        with pytest.raises(ZeroDivisionError):
            faulty.run(batch_id, has_time=lambda: True)
    faulty.run(batch_id, has_time=lambda: True)
    monkeypatch.undo()

    failed = status(wired, batch_id)
    wired.lifecycle.resume(batch_id)
    load(wired)
    merge_all(wired)

    assert failed.status is BatchStatus.FAILED
    assert failed.errors is not None
    assert failed.errors[0].code == "internal_error"
    assert outcome(wired, batch_id) == {"loaded": 4}


def _broken(*_: object, **__: object) -> None:
    raise ZeroDivisionError


def test_a_customer_file_is_deleted_after_loading_and_leaves_no_names(wired: Wiring) -> None:
    file = b"customer_id,segment,full_name\nc-1,loyal,Ada Lovelace\n,loyal,Alan Turing\n" + b"".join(
        b"c-%d,new,Grace Hopper\n" % number for number in range(2, 9)
    )
    batch_id = upload(wired, file, data_type="customers")

    assert outcome(wired, batch_id) == {"loaded": 8, "quarantined": 1}
    assert keys(wired.settings, "uploads/") == []
    for key in keys(wired.settings, ""):
        assert not any(name in body(wired.settings, key) for name in (b"Lovelace", b"Turing", b"Hopper"))
