"""The consumer, killed before and after each of its writes, comes again and ends as if nothing had happened."""

from itertools import product
from typing import Any

from shared.app.wiring import Wiring
from shared.ingestion.stream.consumer import consume
from shared.records.schema import DataType
from shared.runtime.settings import Settings
from tests.events.kinesis import kinesis_event
from tests.fakes.clock import Clock
from tests.fakes.crashes import Moment, steps
from tests.fakes.holdings import holdings, merge_all
from tests.fakes.platforms import Platforms
from tests.fakes.records import AT, GOOD, sale


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


def _wired(settings: Settings) -> Wiring:
    return Wiring(settings, Clock())


def test_a_run_killed_around_any_write_and_sent_again_ends_as_if_it_had_not_been(platforms: Platforms) -> None:
    with platforms.fresh() as settings:
        wired = _wired(settings)
        writes = platforms.saboteur.count(lambda: consume(RUN, wired.loader))
        merge_all(wired)
        expected = holdings(settings)
    assert {"TransactWriteItems", "PutObject", "PutItem"} <= set(writes)
    assert expected.incoming == []
    assert sorted(
        row["transaction_id"] for key, rows in expected.base.items() if "transactions" in key for row in rows
    ) == ["t-1", "t-2"]
    assert all("open" not in item for item in expected.ledger)

    for step, moment in product(steps(writes), Moment):
        with platforms.fresh() as settings:
            wired = _wired(settings)

            with platforms.saboteur.killing(step, moment):
                consume(RUN, wired.loader)
            if moment is Moment.AFTER:  # which leaves what the next one BEFORE leaves: so both are tried of each
                merge_all(wired)
            consume(RUN, wired.loader)
            merge_all(wired)

            assert holdings(settings) == expected, f"killed {moment} write {step} of {writes}"
