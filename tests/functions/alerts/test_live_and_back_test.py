"""Over the records of a lake, live evaluations raise and clear the alerts that a back-test of the same time does."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from shared.alerts.horizon import Horizon
from shared.alerts.models import AlertRuleRequest, PreviewedAlert
from shared.alerts.stored_rule import StoredRule
from shared.app.wiring import Wiring
from shared.records.schema import DataType
from shared.runtime.query_metadata import TimeRange
from shared.sources.freshness import Freshness
from tests.fakes.clock import Clock
from tests.functions.alerts.conftest import PRESENT
from tests.functions.drift import decisions
from tests.functions.metrics import shop
from tests.tiers import sized

HOUR = timedelta(hours=1)
STEPS = sized(quick=12, thorough=24 * 7)


@dataclass(frozen=True)
class Watermark:
    """How far the data of the lake have arrived, which a test lets pass by."""

    wired: Wiring
    clock: Clock

    def at(self, now: datetime, _: Collection[StoredRule]) -> Horizon:
        """Return the horizon."""
        mark = self.clock()
        return Horizon(
            now=now,
            freshness={each: Freshness(live=mark, latest=mark) for each in DataType},
            states=self.wired.table_states.get_many(list(DataType)),
        )


@pytest.fixture
def wired(lake: Wiring) -> Wiring:
    """The lake at moments that a test chooses."""
    return Wiring(lake.settings, Clock())


def set_clock(wired: Wiring, now: datetime) -> Clock:
    """Set the clock of the lake, and return it."""
    clock = wired.clock
    assert isinstance(clock, Clock)
    clock.now = now
    return clock


def lived(wired: Wiring, request: AlertRuleRequest, start: datetime, every: int) -> list[PreviewedAlert]:
    """Return the alerts that evaluations raise, one evaluation for so many steps."""
    clock = set_clock(wired, start)
    horizons: Any = Watermark(wired, clock)
    rule_id = wired.rule_changes.create(request, "ann").rule.rule_id
    evaluator = replace(wired.alert_evaluator, horizons=horizons)
    evaluator.evaluate()
    assert not evaluator.alerts.list_open(), "the window at the start, which no preview judges, fires"
    for _ in range(STEPS // every):
        clock.pass_by(every * HOUR)
        assert evaluator.evaluate().failed == 0
    alerts = evaluator.alerts
    found = [*alerts.list_open(), *alerts.list_resolved(rule_id, None)]
    wired.rule_changes.delete(rule_id)
    return [
        PreviewedAlert(fired_at=it.fired_at, cleared_at=it.cleared_at, peak_value=it.peak_value, group=it.group)
        for it in sorted((each.alert for each in found), key=lambda it: it.fired_at)
    ]


def previewed(wired: Wiring, request: AlertRuleRequest, start: datetime) -> list[PreviewedAlert]:
    """Return the alerts of a back-test of the same time, made when the lake has everything."""
    horizons: Any = Watermark(wired, set_clock(wired, PRESENT))
    found = replace(wired.back_test, horizons=horizons).preview(
        request, TimeRange(start=start, end=start + STEPS * HOUR)
    )
    assert found.windows == STEPS
    return found.alerts


def rule(metric: str, threshold: float) -> AlertRuleRequest:
    """A rule about the last three hours, judged at each hour."""
    condition = {"type": "above", "threshold": threshold}
    body = {"name": "x", "severity": "low", "metric": metric, "condition": condition, "window": "PT3H"}
    return AlertRuleRequest.model_validate({**body, "evaluate_every": "PT1H"})


@pytest.mark.parametrize(
    ("request_", "start", "every"),
    [
        (rule("revenue:sum", 400), shop.OPENED + timedelta(days=10), 1),
        (rule("revenue:sum", 400), shop.OPENED + timedelta(days=10), 4),
        (rule("decision_throughput", 0.0007), decisions.OPENED + timedelta(days=12), 1),
    ],
)
def test_evaluations_at_each_step_or_some_equal_the_back_test(
    wired: Wiring, request_: AlertRuleRequest, start: datetime, every: int
) -> None:
    live = lived(wired, request_, start, every)

    assert previewed(wired, request_, start) == live
    assert sum(each.cleared_at is not None for each in live) > 1


def test_a_back_test_knows_labels_that_evaluations_did_not(wired: Wiring) -> None:
    start, asked = decisions.OPENED + timedelta(days=12), rule("fraud_rate", 0.13)

    live = lived(wired, asked, start, every=12)

    assert live == []
    assert previewed(wired, asked, start) != []
