"""Within a shard the last record of a key is current, after any retries and merges."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.app.wiring import Wiring
from shared.ingestion.stream.consumer import consume_batch
from shared.records.schema import DataType
from tests.events.kinesis import kinesis_event
from tests.fakes.clock import Clock
from tests.fakes.moto_platforms import MotoPlatforms
from tests.fakes.records import AT, NOW, good
from tests.fakes.state_dump import dump_state, merge_all, table_rows
from tests.tiers import examples


def _event(key: int, content: int) -> dict[str, Any]:
    data = good(DataType.EVENTS, event_id=f"e-{key}", device=f"{content}")
    return {"source_id": "web-shop", "data_type": "events", "timestamp": AT, "data": data}


def _run(contents: Sequence[tuple[int, int]], *, first: int, arrived: Sequence[int]) -> list[dict[str, Any]]:
    """A run of one shard, each record with when it arrived, in ms: the stream does not promise that this grows."""
    records = kinesis_event([_event(*each) for each in contents], first=first)["Records"]
    for record, at in zip(records, arrived, strict=True):
        record["kinesis"]["approximateArrivalTimestamp"] = (NOW + timedelta(milliseconds=at)).timestamp()
    return list(records)


def _current(wired: Wiring) -> dict[str, str]:
    return {row["event_id"]: row["device"] for row in table_rows(wired.settings, "events")}


def _fates(wired: Wiring) -> Mapping[str, int]:
    (source,) = dump_state(wired.settings).sources
    return {name: int(source[name]) for name in ("received", "loaded", "duplicate", "conflict")}


@pytest.mark.parametrize("arrived", [(0, 0, 0), (0, 1, 2)], ids=["at once", "one by one"])
@pytest.mark.parametrize("merged_in_between", [False, True])
def test_the_last_record_of_a_key_is_current(wired: Wiring, arrived: Sequence[int], *, merged_in_between: bool) -> None:
    for place in range(3):
        consume_batch(_run([(1, place)], first=place, arrived=arrived[place : place + 1]), wired.loader)
        if merged_in_between:
            merge_all(wired)
    merge_all(wired)

    assert _current(wired) == {"e-1": "2"}
    assert _fates(wired) == {"received": 3, "loaded": 3, "duplicate": 0, "conflict": 0}


@pytest.mark.parametrize("arrived", [(0, 0, 0), (9, 5, 1)], ids=["at once", "backwards"])
def test_the_last_record_of_a_key_within_a_batch_is_current(wired: Wiring, arrived: Sequence[int]) -> None:
    consume_batch(_run([(1, 0), (1, 1), (1, 2)], first=0, arrived=arrived), wired.loader)
    merge_all(wired)

    assert _current(wired) == {"e-1": "2"}
    assert _fates(wired) == {"received": 3, "loaded": 3, "duplicate": 0, "conflict": 0}


def test_a_late_repeated_batch_reverts_nothing(wired: Wiring) -> None:
    earlier, later = (_run([(1, place)], first=place, arrived=[0]) for place in range(2))
    for run in (earlier, later):
        consume_batch(run, wired.loader)
        merge_all(wired)
    before = _fates(wired)

    consume_batch(earlier, wired.loader)
    merge_all(wired)

    assert _current(wired) == {"e-1": "1"}
    assert _fates(wired) == before


STEPS = st.lists(
    st.tuples(
        st.lists(st.tuples(st.integers(0, 1), st.integers(0, 2), st.integers(-3, 3)), min_size=1, max_size=5),
        st.booleans(),
        st.booleans(),
    ),
    min_size=1,
    max_size=5,
)


@settings(max_examples=examples(15), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_stream_order_decides_for_any_batches_merges_and_repetitions(
    platforms: MotoPlatforms, steps: list[tuple[list[tuple[int, int, int]], bool, bool]]
) -> None:
    last: dict[str, str] = {}
    first, latest = 0, 0
    with platforms.fresh() as resources:
        wired = Wiring(resources, Clock())

        for told, merged, repeated in steps:
            contents = [(key, content) for key, content, _ in told]
            arrived = [max(latest, first + skew) for _, _, skew in told]
            run = _run(contents, first=first, arrived=arrived)
            for _ in range(1 + repeated):
                consume_batch(run, wired.loader)
                if merged:
                    merge_all(wired)
            last |= {f"e-{key}": f"{content}" for key, content in contents}
            first, latest = first + len(run), max(arrived)
        merge_all(wired)

        assert _current(wired) == last
        fates = _fates(wired)
        assert (fates["received"], fates["conflict"]) == (first, 0)
        assert fates["loaded"] + fates["duplicate"] == first
