"""The list of sources: readers see each source once while others begin to deliver."""

from datetime import datetime, timedelta

import boto3
import pytest

from shared.app.wiring import Wiring
from shared.ledger.entry import DeliveryKind, LedgerEntry
from shared.ledger.movements import MovedTables
from shared.ledger.store import LEDGER_HOURS_TABLE, LEDGER_TABLE, SOURCES_TABLE, Ledger
from shared.quality.store import QUALITY_TABLE
from shared.sources.parameters import SourcesQuery
from tests.fakes.clock import Clock


@pytest.fixture
def ledger(wired: Wiring, clock: Clock) -> Ledger:
    """A ledger at the time of the test's clock."""
    tables = (LEDGER_TABLE, SOURCES_TABLE, LEDGER_HOURS_TABLE, QUALITY_TABLE)
    table, sources, hours, quality = map(wired.settings.name_of, tables)
    return Ledger(
        boto3.client("dynamodb"),
        table=table,
        moved=MovedTables(sources=sources, hours=hours, quality=quality),
        clock=clock,
    )


def _deliver(ledger: Ledger, source_id: str, at: datetime, *, data_type: str = "orders") -> None:
    origin = f"batch-{source_id}-{data_type}-{at:%H%M%S%f}"
    entry = LedgerEntry(
        delivery_id=origin,
        kind=DeliveryKind.BATCH,
        source_id=source_id,
        data_type=data_type,
        received_at=at,
        received=1,
    )
    ledger.update(origin, lambda _: entry)


def _ids(wired: Wiring, clock: Clock, number: int, *, active_only: bool = True) -> list[str]:
    given = {"page": [str(number)], "size": ["2"], "active_only": [str(active_only).lower()]}
    page = wired.sources.page(SourcesQuery.read(given), clock())
    return [source.source_id for source in page.content]


@pytest.mark.parametrize("active_only", [True, False])
def test_pages_read_while_sources_are_added_neither_skip_nor_repeat(
    wired: Wiring, clock: Clock, ledger: Ledger, *, active_only: bool
) -> None:
    for source_id in ("src-m", "src-z", "src-f", "src-t", "src-k"):
        _deliver(ledger, source_id, clock())
        clock.pass_by(timedelta(seconds=1))

    read = []
    for number, added in enumerate(("src-a", "src-n", "src-b", None)):
        read.append(_ids(wired, clock, number, active_only=active_only))
        if added:
            _deliver(ledger, added, clock())
            clock.pass_by(timedelta(seconds=1))

    assert read == [["src-m", "src-z"], ["src-f", "src-t"], ["src-k", "src-a"], ["src-n", "src-b"]]


def test_a_source_keeps_its_position_with_further_deliveries_and_types(
    wired: Wiring, clock: Clock, ledger: Ledger
) -> None:
    for source_id in ("till", "shop"):
        _deliver(ledger, source_id, clock())
        clock.pass_by(timedelta(seconds=1))

    _deliver(ledger, "till", clock())
    _deliver(ledger, "till", clock(), data_type="customers")

    assert _ids(wired, clock, 0) == ["till", "shop"]


def test_a_source_delayed_on_the_stream_comes_after_those_known_meanwhile(
    wired: Wiring, clock: Clock, ledger: Ledger
) -> None:
    put_on_the_stream = clock()
    clock.pass_by(timedelta(minutes=30))
    _deliver(ledger, "known", clock())
    clock.pass_by(timedelta(minutes=30))

    _deliver(ledger, "late", put_on_the_stream)

    assert _ids(wired, clock, 0) == ["known", "late"]


def test_sources_without_a_first_seen_time_come_first_by_id(wired: Wiring, clock: Clock, ledger: Ledger) -> None:
    for source_id in ("new", "old-2", "old-1"):
        _deliver(ledger, source_id, clock())
    for source_id in ("old-2", "old-1"):
        boto3.client("dynamodb").update_item(
            TableName=wired.settings.name_of(SOURCES_TABLE),
            Key={"source_id": {"S": source_id}, "facet": {"S": "type#orders"}},
            UpdateExpression="REMOVE known_since",
        )

    assert [*_ids(wired, clock, 0), *_ids(wired, clock, 1)] == ["old-1", "old-2", "new"]
