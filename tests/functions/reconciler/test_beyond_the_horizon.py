"""A lake with an identity horizon holds and says, once it is reconciled, what a lake without one does."""

from dataclasses import dataclass, replace
from typing import Any

import pytest

from shared.app.wiring import Wiring
from shared.metrics.parameters import MetricQuery
from shared.runtime.settings import Settings
from tests.fakes.clock import Clock
from tests.fakes.records import sale
from tests.fakes.state_dump import roll_up_all, table_rows
from tests.functions.metric_merges.market import Market
from tests.functions.reconciler.horizon import DAY, LATE, SALES, deliver, fates, line, looking_back


@dataclass(frozen=True, kw_only=True)
class Told:
    """What a lake says of the day: lines sold, and whether that may still change."""

    lines: Any
    provisional: bool


def ask(wired: Wiring) -> Told:
    """Ask how many lines were sold on the day."""
    asked = MetricQuery.read(
        {
            "metric_type": ["transactions"],
            "granularity": ["daily"],
            "time_range[start]": [f"{DAY}T00:00:00Z"],
            "time_range[end]": [f"{DAY}T08:00:00Z"],
        }
    ).question
    answer = wired.metric_reports.report(asked)
    return Told(lines=answer.summary.total, provisional=answer.metadata.provisional)


def sell_again_later(wired: Wiring, clock: Clock, name: str) -> None:
    """Sell three lines, and three days later one of them again, one corrected, and a new one."""
    next_day = sale(10, timestamp="2025-02-21T08:00:00Z")  # so that the day itself is complete
    deliver(wired, SALES, [line(1), line(2), line(3), next_day], origin=f"{name}-1")
    clock.pass_by(LATE)
    deliver(wired, SALES, [line(1), line(2, quantity=7), line(4)], origin=f"{name}-2")
    roll_up_all(wired)


def _sold(known: Settings) -> list[tuple[Any, ...]]:
    """The lines that the table holds, and which of the deliveries brought each."""
    rows = table_rows(known, SALES)
    return sorted((row["transaction_id"], row["quantity"], row["_origin"][-1], row["ingested_at"]) for row in rows)


@pytest.fixture
def twin(market: Market) -> Settings:
    """An empty market, and the settings of its lake."""
    market.empty()
    return market.lake.settings


def test_a_late_repetition_counts_once_after_reconciliation(market: Market, twin: Settings) -> None:
    sell_again_later(market.wired, market.clock, "whole")
    whole = (ask(market.wired), fates(market.wired, "whole-2"), _sold(twin))
    assert whole[:2] == (Told(lines=4, provisional=False), (2, 1, 0, 0))
    assert fates(market.wired, "whole-1") == (4, 0, 0, 1)

    market.empty()
    wired = looking_back(market.lake.settings, market.clock)
    sell_again_later(wired, market.clock, "near")
    assert (ask(wired), fates(wired, "near-2")) == (Told(lines=6, provisional=True), (3, 0, 0, 0))

    assert wired.reconciler.run(SALES, has_time=lambda: True)
    assert wired.table_states.get(SALES).dirty_days == (DAY,)
    assert (ask(wired), fates(wired, "near-2"), _sold(twin)) == whole
    roll_up_all(wired)
    assert (ask(wired), fates(wired, "near-1")) == (whole[0], (4, 0, 0, 1))


def test_keys_are_compared_range_by_range_and_only_with_what_arrived(market: Market, twin: Settings) -> None:
    wired = looking_back(twin, market.clock)
    sell_again_later(wired, market.clock, "ranges")
    asked = list[Any]()

    def query(statement: Any) -> list[dict[str, Any]]:
        asked.append(statement)
        return wired.athena.run(statement)

    replace(wired.reconciler, query=query, most_rows=2).run(SALES, has_time=lambda: True)

    assert len(asked) == 4
    assert ask(wired) == Told(lines=4, provisional=False)
    replace(wired.reconciler, query=query).run(SALES, has_time=lambda: True)
    assert len(asked) == 4, "nothing has arrived since"
