"""The ledger in DynamoDB: changes race and repeat, and entries and totals never part."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from itertools import product
from operator import itemgetter
from typing import Any

import boto3
import pytest

from shared.app.wiring import Wiring
from shared.ledger.entry import DeliveryKind, LedgerEntry, Outcomes
from shared.ledger.items import open_key
from shared.ledger.provider import deliveries
from shared.ledger.store import LEDGER_TABLE, Ledger
from shared.quality.state import Count, QualityCounts
from shared.records.schema import DataType
from shared.runtime.models import sortable
from shared.sources.parameters import SourcesQuery
from tests.fakes.fault_injection import CrashPoint
from tests.fakes.moto_platforms import MotoPlatforms
from tests.fakes.records import NOW
from tests.fakes.state_dump import dump_state


def _entry(origin: str, *, received: int = 10, source_id: str = "web-shop", minutes: int = 0) -> LedgerEntry:
    return LedgerEntry(
        delivery_id=origin,
        kind=DeliveryKind.BATCH,
        source_id=source_id,
        data_type="orders",
        received_at=NOW + timedelta(minutes=minutes),
        received=received,
        latest_event=NOW + timedelta(minutes=minutes),
        problems=({"code": "type", "message": "m", "stage": "validate", "count": 1, "first_row": 0, "sample": "1"},),
    )


def _complete(ledger: Ledger, entry: LedgerEntry, *, at_minute: int = 0) -> LedgerEntry:
    at = NOW + timedelta(minutes=at_minute)
    done = entry.with_written(at).with_merged("all", Outcomes(loaded=entry.received), at)
    return ledger.update(entry.delivery_id, lambda _: done)


def _given(entry: LedgerEntry, _: LedgerEntry | None) -> LedgerEntry:
    return entry


def test_an_entry_is_read_back_as_it_was_recorded(wired: Wiring) -> None:
    fates = Outcomes(loaded=1, duplicate=2, conflict=3, superseded=1, cancelled=1)
    entry = replace(
        _entry("batch-1").with_merged("all", fates, NOW),
        rejected=1,
        batch_id="batch",
        refused=True,
        cancelled=True,
        redrives={"1": 1},
        redriving="1",
        restated=("2025-02-27",),
    )

    wired.ledger.update("batch-1", lambda _: entry)

    assert wired.ledger.get("batch-1") == replace(entry, revision=1)
    assert wired.ledger.get("batch-2") is None


def test_an_empty_change_writes_nothing(wired: Wiring) -> None:
    wired.ledger.update("batch-1", lambda _: _entry("batch-1"))

    wired.ledger.update("batch-1", lambda stands: stands or _entry("batch-1"))

    assert wired.ledger.get("batch-1") == replace(_entry("batch-1"), revision=1)


def test_an_entry_that_came_while_there_should_be_none_is_changed(wired: Wiring) -> None:
    wired.ledger.update("batch-1", lambda _: _entry("batch-1", received=3))

    changed = wired.ledger.update(
        "batch-1", lambda current: replace(current or _entry("batch-1"), rejected=1), is_new=True
    )

    assert (changed.received, changed.rejected) == (3, 1)
    assert wired.ledger.get("batch-1") == changed


def test_a_change_of_a_delivery_that_the_ledger_does_not_know_writes_nothing(wired: Wiring) -> None:
    wired.ledger.update_known({"batch-9": lambda entry: replace(entry, rejected=1)})

    assert wired.ledger.get("batch-9") is None


def _merged(entry: LedgerEntry | None) -> LedgerEntry:
    assert entry is not None
    return entry.with_written(NOW).with_merged("all", Outcomes(loaded=entry.received), NOW)


def _many(wired: Wiring, number: int) -> list[str]:
    """Record deliveries of two sources, with rows, in several hours, that are written and wait for their merge."""
    origins = [f"batch-{place:03d}" for place in range(number)]
    for place, origin in enumerate(origins):
        entry = _entry(origin, source_id=f"shop-{place % 2}", received=place + 1, minutes=place)
        wired.ledger.update(origin, partial(_given, replace(entry, quality=QualityCounts({"accuracy": Count(place)}))))
    return origins


def _total(items: Sequence[Mapping[str, Any]], name: str) -> int:
    return sum(int(item[name]) for item in items)


def test_many_entries_change_in_few_transactions_that_move_each_total_once(platforms: MotoPlatforms) -> None:
    with platforms.fresh() as settings:
        wired = Wiring(settings, lambda: NOW)
        origins = _many(wired, 60)

        writes = platforms.fault_injector.count(lambda: wired.ledger.update_many(dict.fromkeys(origins, _merged)))

        dump = dump_state(settings)
        assert writes == ["TransactWriteItems"] * 3
        assert all("open" not in item for item in dump.ledger)
        assert {item["source_id"]: (item["received"], item["loaded"]) for item in dump.sources} == {
            "shop-0": (900, 900),
            "shop-1": (930, 930),
        }
        assert [_total(dump.hours, name) for name in ("received", "loaded", "batch_loaded")] == [1830] * 3
        assert [item["watermark"] for item in sorted(dump.sources, key=itemgetter("source_id"))] == [
            sortable(NOW + timedelta(minutes=minutes)) for minutes in (58, 59)
        ]


def test_a_change_of_many_killed_around_any_transaction_and_repeated_counts_all_once(platforms: MotoPlatforms) -> None:
    for step, moment in product(range(3), CrashPoint):
        with platforms.fresh() as settings:
            wired = Wiring(settings, lambda: NOW)
            origins = _many(wired, 60)

            with platforms.fault_injector.killing(step, moment):
                wired.ledger.update_many(dict.fromkeys(origins, _merged))
            killed = dump_state(settings)
            wired.ledger.update_many(dict.fromkeys(origins, _merged))

            repeated = dump_state(settings)
            settled = sum(int(item["received"]) for item in killed.ledger if "open" not in item)
            assert _total(killed.sources, "loaded") == _total(killed.hours, "loaded") == settled
            assert _total(repeated.sources, "loaded") == _total(repeated.hours, "loaded") == 1830
            assert {entry.revision for entry in map(wired.ledger.get, origins) if entry} == {2}


def test_one_entry_of_many_that_somebody_else_changes_is_changed_with_the_others(wired: Wiring) -> None:
    origins, left = _many(wired, 3), ["somebody else"]

    def overtaken(entry: LedgerEntry | None) -> LedgerEntry:
        if left:
            left.pop()
            wired.ledger.update(origins[0], lambda each: replace(each or _entry("batch-000"), dropped_fields=1))
        return _merged(entry)

    wired.ledger.update_many({origins[0]: _merged, origins[1]: overtaken, origins[2]: _merged})

    entries = [wired.ledger.get(origin) for origin in origins]
    dump = dump_state(wired.settings)
    assert [(entry.dropped_fields, entry.outcomes.loaded) for entry in entries if entry] == [(1, 1), (0, 2), (0, 3)]
    assert _total(dump.sources, "loaded") == _total(dump.hours, "loaded") == 6


def test_many_new_entries_of_a_source_count_as_so_many_arrivals(wired: Wiring) -> None:
    new = {f"batch-{place}": partial(_given, _entry(f"batch-{place}", minutes=place)) for place in range(30)}

    wired.ledger.update_many(new)

    (source,) = dump_state(wired.settings).sources
    times = [sortable(NOW + timedelta(minutes=minutes)) for minutes in (0, 29)]
    assert (source["deliveries"], source["received"]) == (30, 300)
    assert [source["first_ingestion"], source["last_ingestion"]] == times


def test_an_entry_that_was_just_stored_is_changed_without_being_read(wired: Wiring) -> None:
    entry = wired.ledger.update("batch-1", partial(_given, _entry("batch-1")))
    reads = list[str]()
    wired.clients.dynamodb.meta.events.register("before-call", lambda model, **_: reads.append(model.name))

    written = wired.ledger.update("batch-1", lambda each: (each or entry).with_written(NOW), known=entry)

    assert reads == ["PutItem"]
    assert (written, written.revision) == (wired.ledger.get("batch-1"), 2)


def test_an_entry_that_is_not_as_it_was_known_is_read_and_changed(wired: Wiring) -> None:
    entry = wired.ledger.update("batch-1", partial(_given, _entry("batch-1")))
    wired.ledger.update("batch-1", lambda each: (each or entry).with_merged("all", Outcomes(loaded=10), NOW))

    wired.ledger.update("batch-1", lambda each: (each or entry).with_written(NOW), known=entry)

    stored = wired.ledger.get("batch-1")
    assert stored is not None
    assert (stored.written, stored.outcomes.loaded, stored.is_complete, stored.revision) == (True, 10, True, 3)


def test_a_change_that_moves_no_total_writes_the_entry_alone(platforms: MotoPlatforms) -> None:
    with platforms.fresh() as settings:
        wired = Wiring(settings, lambda: NOW)
        wired.ledger.update("batch-1", partial(_given, _entry("batch-1")))
        before = dump_state(settings)

        writes = platforms.fault_injector.count(
            lambda: wired.ledger.update("batch-1", lambda each: (each or _entry("batch-1")).with_written(NOW))
        )

        after = dump_state(settings)
        assert writes == ["PutItem"]
        assert (after.sources, after.hours) == (before.sources, before.hours)
        assert [item["written"] for item in after.ledger] == [True]


def test_concurrent_changes_are_all_stored(wired: Wiring) -> None:
    wired.ledger.update("batch-1", lambda _: _entry("batch-1", received=8).with_written(NOW))

    def merge(number: int) -> LedgerEntry:
        return wired.ledger.update(
            "batch-1",
            lambda stands: (stands or _entry("batch-1")).with_merged(f"all~r{number}", Outcomes(loaded=1), NOW),
        )

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(merge, range(8)))

    entry = wired.ledger.get("batch-1")
    (source,) = dump_state(wired.settings).sources
    assert entry is not None
    assert (entry.outcomes.loaded, entry.is_complete) == (8, True)
    assert (source["received"], source["loaded"]) == (8, 8)


def test_concurrent_entries_of_a_source_all_count_in_its_totals(wired: Wiring) -> None:
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda number: _complete(wired.ledger, _entry(f"batch-{number}")), range(6)))

    (source,) = dump_state(wired.settings).sources
    assert (source["received"], source["loaded"]) == (60, 60)


def test_unfinished_entries_are_found_oldest_first_until_they_are_complete(wired: Wiring) -> None:
    for minutes in (3, 1, 2, 9):
        wired.ledger.update(f"batch-{minutes}", lambda _, minutes=minutes: _entry(f"batch-{minutes}", minutes=minutes))  # type: ignore[misc] # bound per turn
    _complete(wired.ledger, _entry("batch-2", minutes=2))

    late = wired.ledger.list_unfinished(NOW + timedelta(minutes=5))

    assert [entry.delivery_id for entry in late] == ["batch-1", "batch-3"]


def test_unfinished_entries_of_all_sources_are_in_one_order(wired: Wiring) -> None:
    sources = [f"shop-{place}" for place in range(9)]
    for minutes, source_id in enumerate(sources):
        entry = _entry(f"batch-{minutes}", source_id=source_id, minutes=minutes)
        wired.ledger.update(entry.delivery_id, partial(_given, entry))

    found = list(wired.ledger.list_unfinished(NOW + timedelta(hours=1)))

    assert [entry.source_id for entry in found] == sources
    assert len({open_key(each) for each in sources}) > 1


def test_an_unfinished_entry_of_an_earlier_version_is_found(wired: Wiring) -> None:
    source_id = next(each for each in map(str, range(99)) if open_key(each) != "yes")
    wired.ledger.update("batch-1", lambda _: _entry("batch-1", source_id=source_id))

    boto3.client("dynamodb").update_item(
        TableName=wired.name_of(LEDGER_TABLE),
        Key={"origin": {"S": "batch-1"}},
        UpdateExpression="SET #open = :yes",
        ExpressionAttributeNames={"#open": "open"},
        ExpressionAttributeValues={":yes": {"S": "yes"}},
    )

    (late,) = wired.ledger.list_unfinished(NOW + timedelta(hours=1))
    assert late.source_id == source_id


def test_the_unfinished_entries_of_a_source_and_type_are_found_among_any_number_of_others(wired: Wiring) -> None:
    for minutes in (1, 2, 3):
        wired.ledger.update(f"batch-{minutes}", lambda _, minutes=minutes: _entry(f"batch-{minutes}", minutes=minutes))  # type: ignore[misc] # bound per turn
    others = [
        _entry(
            "batch-4", source_id=next(each for each in map(str, range(99)) if open_key(each) == open_key("web-shop"))
        ),
        replace(_entry("batch-5"), data_type="products"),
    ]
    for other in others:
        wired.ledger.update(other.delivery_id, partial(_given, other))
    for place in range(60):
        _complete(wired.ledger, _entry(f"done-{place}", minutes=9))

    found = deliveries(wired).unfinished("web-shop", "orders", 2)

    assert [entry.delivery_id for entry in found] == ["batch-1", "batch-2"]


def test_the_deliveries_of_a_source_in_a_range_are_listed_by_kind(wired: Wiring) -> None:
    for minutes, kind in ((1, DeliveryKind.STREAM), (2, DeliveryKind.BATCH), (3, DeliveryKind.STREAM)):
        entry = replace(_entry(f"{kind}-{minutes}", minutes=minutes), kind=kind)
        wired.ledger.update(entry.delivery_id, partial(_given, entry))
    hour = (NOW, NOW + timedelta(hours=1))

    every = list(deliveries(wired).between("web-shop", *hour))
    batches = list(deliveries(wired).between("web-shop", *hour, kind=DeliveryKind.BATCH))

    assert [entry.delivery_id for entry in every] == ["stream-1", "batch-2", "stream-3"]
    assert [entry.delivery_id for entry in batches] == ["batch-2"]


def test_recent_entries_are_those_completed_last(wired: Wiring) -> None:
    for minutes in (1, 3, 2):
        _complete(wired.ledger, _entry(f"batch-{minutes}"), at_minute=minutes)
    wired.ledger.update("batch-9", lambda _: _entry("batch-9"))

    assert [entry.delivery_id for entry in wired.ledger.recent(DeliveryKind.BATCH, 2)] == ["batch-3", "batch-2"]
    assert wired.ledger.recent(DeliveryKind.STREAM, 2) == []


def _watermark(wired: Wiring, data_type: DataType, now: datetime) -> datetime | None:
    return wired.source_arrivals.freshness((data_type,), now)[data_type].watermark


def test_the_watermark_of_a_source_only_rises(wired: Wiring) -> None:
    marks = []
    for minutes in (5, 3, 8):
        _complete(wired.ledger, _entry(f"batch-{minutes}", minutes=minutes))
        marks.append(_watermark(wired, DataType.ORDERS, NOW + timedelta(hours=1)))

    assert marks == [NOW + timedelta(minutes=minutes) for minutes in (5, 5, 8)]


def test_rows_in_flight_raise_no_watermark(wired: Wiring) -> None:
    wired.ledger.update("batch-1", lambda _: _entry("batch-1").with_written(NOW))

    assert _watermark(wired, DataType.ORDERS, NOW) is None


@pytest.mark.parametrize("moment", CrashPoint)
def test_the_watermark_rises_with_the_entry_or_not_at_all(platforms: MotoPlatforms, moment: CrashPoint) -> None:
    with platforms.fresh() as settings:
        wired = Wiring(settings, lambda: NOW)

        with platforms.fault_injector.killing(0, moment):
            _complete(wired.ledger, _entry("batch-1"))

        is_complete = wired.ledger.get("batch-1") is not None
        assert is_complete is (moment is CrashPoint.AFTER)
        assert _watermark(wired, DataType.ORDERS, NOW) == (NOW if is_complete else None)


def test_the_watermark_rises_when_the_last_mark_of_a_merged_delivery_moves_no_counter(wired: Wiring) -> None:
    merged = _entry("batch-1").with_merged("all", Outcomes(loaded=10), NOW)
    wired.ledger.update("batch-1", lambda _: merged)
    before = _watermark(wired, DataType.ORDERS, NOW)

    wired.ledger.update("batch-1", lambda stands: (stands or merged).with_written(NOW))

    assert (before, _watermark(wired, DataType.ORDERS, NOW)) == (None, NOW)


def test_racing_deliveries_leave_the_latest_watermark(wired: Wiring) -> None:
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda each: _complete(wired.ledger, _entry(f"batch-{each}", minutes=each)), (3, 1, 6, 2, 5, 4)))

    assert _watermark(wired, DataType.ORDERS, NOW + timedelta(hours=1)) == NOW + timedelta(minutes=6)


def test_the_watermark_of_a_type_is_that_of_its_slowest_active_source(wired: Wiring) -> None:
    _complete(wired.ledger, _entry("batch-1", source_id="src-1", minutes=5))
    _complete(wired.ledger, _entry("batch-2", source_id="src-2", minutes=2))
    _complete(wired.ledger, replace(_entry("batch-3", source_id="src-3"), received_at=NOW - timedelta(days=9)))

    assert _watermark(wired, DataType.ORDERS, NOW) == NOW + timedelta(minutes=2)
    assert _watermark(wired, DataType.PRODUCTS, NOW) is None


def test_a_late_older_delivery_does_not_reset_the_last_ingestion(wired: Wiring) -> None:
    for minutes in (1, 7):
        wired.ledger.update(f"batch-{minutes}", lambda _, minutes=minutes: _entry(f"batch-{minutes}", minutes=minutes))  # type: ignore[misc] # bound per turn

    _complete(wired.ledger, _entry("batch-1", minutes=1))

    page = wired.sources.page(SourcesQuery.read({"page": ["0"], "size": ["1"], "active_only": ["true"]}), NOW)
    assert page.content[0].last_ingestion == NOW + timedelta(minutes=7)


def test_an_entry_spanning_ten_years_of_days_fits_into_its_item(wired: Wiring) -> None:
    days = {
        f"{year}-{day:03d}-x": Outcomes(loaded=10_000, duplicate=1) for year in range(1990, 2017) for day in range(366)
    }
    entry = replace(_entry("batch-1", received=10_000), parts=days)

    wired.ledger.update("batch-1", lambda _: entry)

    stored = wired.ledger.get("batch-1")
    assert stored is not None
    assert len(stored.parts) == 27 * 366


def test_the_parts_of_a_batch_are_listed_in_order(wired: Wiring) -> None:
    for number in (2, 1, 3):
        part = replace(_entry(f"batch-1~p{number:05d}"), batch_id="batch-1")
        wired.ledger.update(part.delivery_id, partial(lambda part, _: part, part))
    wired.ledger.update("batch-2", lambda _: _entry("batch-2"))

    found = [entry.delivery_id for entry in wired.ledger.of_batch("batch-1")]

    assert found == ["batch-1~p00001", "batch-1~p00002", "batch-1~p00003"]
