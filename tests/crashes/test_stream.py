"""The consumer, killed before and after each of its writes, is retried and ends in the same state."""

from collections.abc import Sequence
from itertools import product
from typing import Any

import pytest

from shared.app.wiring import Wiring
from shared.ingestion.stream.consumer import KinesisRecord, consume_batch
from shared.records.schema import DataType
from shared.runtime.settings import Settings
from tests.events.kinesis import kinesis_event
from tests.fakes.clock import Clock
from tests.fakes.fault_injection import CrashPoint, steps
from tests.fakes.moto_platforms import MotoPlatforms
from tests.fakes.records import AT, GOOD, sale
from tests.fakes.state_dump import dump_state, merge_all


def _envelope(data: Any, data_type: DataType = DataType.TRANSACTIONS) -> dict[str, Any]:
    return {"source_id": "web-shop", "data_type": data_type, "timestamp": AT, "data": data}


RUN = kinesis_event(
    [
        _envelope(sale(1)),
        b"broken",
        _envelope({"quantity": "many"}),
        _envelope(sale(2, timestamp="2025-02-20T08:00:00Z")),
        _envelope(GOOD[DataType.DECISIONS], DataType.DECISIONS),
        _envelope(sale(1)),
    ]
)["Records"]

CLEAN_RUN = kinesis_event([_envelope(sale(number)) for number in (1, 2)])["Records"]


def _wired(settings: Settings) -> Wiring:
    return Wiring(settings, Clock())


@pytest.mark.parametrize(
    ("run", "kinds"),
    [
        pytest.param(RUN, {"TransactWriteItems", "PutObject", "PutItem"}, id="with malformed records"),
        pytest.param(CLEAN_RUN, {"TransactWriteItems", "PutObject", "PutItem"}, id="of valid records"),
    ],
)
def test_a_batch_killed_around_any_write_and_repeated_gives_the_same_state(
    platforms: MotoPlatforms, run: Sequence[KinesisRecord], kinds: set[str]
) -> None:
    with platforms.fresh() as settings:
        wired = _wired(settings)
        writes = platforms.fault_injector.count(lambda: consume_batch(run, wired.loader))
        merge_all(wired)
        expected = dump_state(settings)
    assert set(writes) >= kinds
    assert expected.incoming == []
    assert sorted(row["transaction_id"] for row in expected.base[DataType.TRANSACTIONS]) == ["t-1", "t-2"]
    assert all("open" not in item for item in expected.ledger)

    for step, moment in product(steps(writes), CrashPoint):
        with platforms.fresh() as settings:
            wired = _wired(settings)

            with platforms.fault_injector.killing(step, moment):
                consume_batch(run, wired.loader)
            if moment is CrashPoint.AFTER:  # which leaves what the next one BEFORE leaves: so both are tried of each
                merge_all(wired)
            consume_batch(run, wired.loader)
            merge_all(wired)

            assert dump_state(settings) == expected, f"killed {moment} write {step} of {writes}"
