"""An answer is provisional while anything is accepted for its range and not in it, wherever that waits."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import combinations
from typing import Any

import pytest

from shared.ingestion.uploads.state import UploadState
from tests.fakes.interleaving import InterleavedRuns, Staged
from tests.fakes.state_dump import merge_all
from tests.functions.cases.conftest import Platform, line
from tests.functions.file_loader.files import announce, for_one_part, load, loader, put, sales_csv

MARCH = ("2025-03-10", "2025-03-12")


@pytest.fixture
def shop(platform: Platform) -> Platform:
    """A platform whose data reach far beyond the range that is asked for."""
    platform.load([line(0, timestamp="2025-04-20T10:00:00Z")])
    assert not is_provisional(platform)
    return platform


def is_provisional(platform: Platform) -> bool:
    """Whether reports on March are provisional."""
    answers = (platform.metric("revenue", *MARCH), platform.products(*MARCH))
    (told,) = {bool(each["metadata"]["provisional"]) for each in answers}
    return told


def test_until_a_batch_is_merged(shop: Platform) -> None:
    shop.post([line(1)])
    assert is_provisional(shop)

    merge_all(shop.wired)
    assert not is_provisional(shop)


def test_not_for_a_batch_of_other_days(shop: Platform) -> None:
    shop.post([line(1, timestamp="2025-03-12T00:00:00Z")])

    assert not is_provisional(shop)


def test_from_the_arrival_of_a_file_until_it_is_merged(shop: Platform) -> None:
    batch_id = announce(shop.wired)
    assert not is_provisional(shop)  # it may never arrive

    put(shop.wired, batch_id, sales_csv(range(1, 8), day="2025-03-10"))
    assert is_provisional(shop)

    seen = []
    while (state := _state(shop, batch_id)) is not UploadState.LOADED:
        loader(shop.wired).run(batch_id, has_time=for_one_part())
        seen.append(state)
        assert is_provisional(shop)
    assert set(seen) == {UploadState.AWAITED, UploadState.CHECKING, UploadState.LOADING}

    merge_all(shop.wired)
    assert not is_provisional(shop)
    assert shop.total("transactions", *MARCH) == 7


def test_not_for_a_file_that_failed_until_it_is_resumed(shop: Platform) -> None:
    batch_id = announce(shop.wired)
    load(shop.wired, put(shop.wired, batch_id, sales_csv([1, 2], bad=[1, 2])))
    assert _state(shop, batch_id) is UploadState.FAILED
    assert not is_provisional(shop)

    shop.wired.lifecycle.resume(batch_id)
    assert is_provisional(shop)


def test_not_for_a_cancelled_file(shop: Platform) -> None:
    batch_id = announce(shop.wired)
    put(shop.wired, batch_id, sales_csv([1, 2]))
    shop.wired.lifecycle.cancel(batch_id)

    assert not is_provisional(shop)


def test_not_for_a_file_of_another_type(shop: Platform) -> None:
    batch_id = announce(shop.wired, data_type="orders")
    put(shop.wired, batch_id, b"order_id,timestamp,status,total_amount\n")

    assert not is_provisional(shop)


def test_behind_more_announced_files_than_are_looked_for(shop: Platform) -> None:
    for _ in range(17):
        announce(shop.wired)

    assert is_provisional(shop)


def test_from_the_acceptance_of_a_stream_record_until_it_is_merged(shop: Platform) -> None:
    shop.stream(line(1))
    assert is_provisional(shop)

    shop.consume()
    assert is_provisional(shop)

    merge_all(shop.wired)
    assert not is_provisional(shop)

    shop.stream(line(2))
    assert is_provisional(shop)


def test_not_for_a_stream_record_of_another_day_or_type(shop: Platform) -> None:
    shop.stream(line(1, timestamp="2025-03-12T00:00:00Z"))
    shop.stream({"order_id": "o-1", "status": "paid", "total_amount": 1}, "orders")

    assert not is_provisional(shop)


def test_behind_more_stream_records_than_are_looked_at(shop: Platform) -> None:
    for number in range(110):  # in two shards
        shop.stream(line(number, timestamp="2025-03-20T00:00:00Z"))

    assert is_provisional(shop)


def _file_arrives(shop: Platform, number: int) -> Callable[[], None]:
    batch_id = announce(shop.wired)
    notice = put(shop.wired, batch_id, sales_csv([number], day="2025-03-10"))
    return lambda: load(shop.wired, notice)


def _record_arrives(shop: Platform, number: int) -> Callable[[], None]:
    shop.stream(line(number))
    return shop.consume


@pytest.mark.parametrize("arrive", [_file_arrives, _record_arrives])
def test_in_no_interleaving_with_loading_and_merging_is_an_old_total_final(
    shop: Platform, arrive: Callable[[Platform, int], Callable[[], None]]
) -> None:
    stage = InterleavedRuns()
    reports = shop.wired.metric_reports
    staged: Any = {
        "not_loaded": Staged(stage, reports.arrivals.not_loaded),
        "dynamodb": Staged(stage, reports.arrivals.dynamodb, ("get_paginator",)),
    }
    queries: Any = Staged(stage, reports.queries, ("view",))
    shop.wired.metric_reports = replace(reports, arrivals=replace(reports.arrivals, **staged), queries=queries)

    final = 0
    for number, schedule in enumerate(_schedules(asking=3, others=2), start=1):
        answered = _play(shop, stage, schedule, arrive(shop, number))
        assert answered["metadata"]["provisional"] or answered["summary"]["total"] == number
        final += not answered["metadata"]["provisional"]
    assert final > 0


def _play(shop: Platform, stage: InterleavedRuns, schedule: Iterator[int], load: Callable[[], None]) -> Any:
    """Ask while rows are loaded and merged, in the order of a schedule; return the answer."""
    answers = []

    def load_and_merge() -> None:
        stage.call()
        load()
        stage.call()
        merge_all(shop.wired)

    def choose(waiting: int) -> int:
        return next(schedule) if waiting > 1 else 0

    stage.play([lambda: answers.append(shop.metric("transactions", *MARCH)), load_and_merge], choose)
    return answers[0]


def _schedules(*, asking: int, others: int) -> Iterator[Iterator[int]]:
    """Yield every order of the calls of two runs: 0 for a call of the first, 1 for one of the second."""
    calls = range(asking + others)
    for places in combinations(calls, others):
        yield iter([int(each in places) for each in calls])


def _state(shop: Platform, batch_id: str) -> UploadState:
    upload = shop.wired.uploads.store.get(batch_id)
    assert upload is not None
    return upload.state
