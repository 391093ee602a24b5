"""The ledger in DynamoDB: changes race and repeat, and entries and totals never part."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from shared.app.wiring import Wiring
from shared.ledger.entry import DeliveryKind, LedgerEntry, Outcomes
from shared.ledger.items import open_key
from shared.ledger.provider import deliveries
from shared.ledger.store import LEDGER_TABLE, Ledger
from shared.records.schema import DataType
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


def test_a_change_of_a_delivery_that_the_ledger_does_not_know_writes_nothing(wired: Wiring) -> None:
    wired.ledger.update_known("batch-9", lambda entry: replace(entry, rejected=1))

    assert wired.ledger.get("batch-9") is None


def test_the_counted_snapshots_of_many_deliveries_are_read_at_once(wired: Wiring) -> None:
    origins = [f"batch-{place}" for place in range(150)]  # more than DynamoDB returns to one request
    for place, origin in enumerate(origins):
        entry = _entry(origin).with_superseded(DataType.TRANSACTIONS, {place: 1} if place else {})
        wired.ledger.update(origin, partial(_given, entry))

    until = wired.ledger.replaced_until([*origins, "batch-unknown"])

    assert until == {origin: {"transactions": place} if place else {} for place, origin in enumerate(origins)}


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

    wired.clients.dynamodb.update_item(
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


def test_repeating_a_crashed_change_raises_the_watermark(platforms: MotoPlatforms) -> None:
    with platforms.fresh() as settings:
        wired = Wiring(settings, lambda: NOW)

        with platforms.fault_injector.killing(0, CrashPoint.AFTER):
            _complete(wired.ledger, _entry("batch-1"))
        before = _watermark(wired, DataType.ORDERS, NOW)
        wired.ledger.update("batch-1", lambda stands: stands or _entry("batch-1"))

        assert before is None
        assert _watermark(wired, DataType.ORDERS, NOW) == NOW


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
