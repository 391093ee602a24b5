"""Evaluates 500 alert rules after a merge: the time, and that each distinct question is asked once."""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count, cycle, islice, product
from typing import Any

from bench.analytics_lake import empty_lake, forget, patient
from bench.measure import Row
from shared.alerts.evaluator import AlertEvaluator
from shared.alerts.horizon import Horizon
from shared.alerts.models import AlertRuleRequest
from shared.alerts.readings.business import BusinessReader
from shared.app.wiring import Wiring
from shared.records.schema import DataType
from shared.sources.freshness import Freshness
from tests.functions.metrics import shop
from tests.functions.metrics.lake import TestLake

RULES, SECONDS = 500, 10
NOW = shop.OPENED + timedelta(days=40, hours=12)
_METRICS = ("revenue:sum", "revenue:avg", "transactions:count", "customers:count", "average_order_value:avg")
_REGIONS = (None, "EU", "US", "APAC")
_WINDOWS = ("PT1H", "P1D")


class _AllLive:
    """The horizon of a shop whose sources have all delivered."""

    def __init__(self, wired: Wiring) -> None:
        self._states = wired.table_states

    def at(self, now: datetime, _: object) -> Horizon:
        """Return the horizon at a moment."""
        fresh = {each: Freshness(live=now, latest=now) for each in DataType}
        return Horizon(now=now, freshness=fresh, states=self._states.get_many([str(each) for each in DataType]))


def measure(rules: int = RULES) -> list[Row]:
    """Fill a shop, create rules, and time the pass after a merge, whose questions nobody has asked before."""
    with empty_lake() as empty:
        wired = Wiring(empty.settings, lambda: NOW)
        lake = TestLake(wired.settings)
        lake.keep(DataType.PRODUCTS, shop.goods())
        lake.keep(DataType.TRANSACTIONS, shop.lines())
        lake.know_rates(shop.rates())
        for number, body in enumerate(islice(_bodies(), rules)):
            wired.rule_changes.create(AlertRuleRequest.model_validate({**body, "name": f"rule {number}"}), "bench")
        forget(wired)
        return list(_rows(_evaluator(wired), rules))


def _bodies() -> Iterator[dict[str, Any]]:
    """Yield rules: many thresholds of a few questions, as a shop has them."""
    questions = cycle(product(_METRICS, _REGIONS, _WINDOWS))
    for threshold, (metric, region, window) in zip(count(1), questions, strict=False):
        yield {
            "severity": "low",
            "metric": metric,
            "window": window,
            "filters": {"region": [region]} if region else {},
            "condition": {"type": "above", "threshold": threshold * 1000},
        }


def _evaluator(wired: Wiring) -> AlertEvaluator:
    made, horizons = wired.alert_evaluator, _AllLive(wired)
    business = BusinessReader(reports=patient(wired, wired.metric_reports))
    return replace(made, horizons=horizons, observer=replace(made.observer, business=business))  # type: ignore[arg-type] # see it


def _rows(evaluator: AlertEvaluator, rules: int) -> Iterator[Row]:
    distinct = len(_METRICS) * len(_REGIONS) * len(_WINDOWS)
    started = time.perf_counter()
    found = evaluator.evaluate()
    seconds = time.perf_counter() - started
    yield Row(
        name=f"{found.rules} rules evaluated after a merge, no result cached",
        ours=f"{seconds:.1f} s",
        against="the aim",
        theirs=f"{SECONDS} s",
        ratio=seconds / SECONDS,
        aim=f"{rules} rules in less than {SECONDS} s",
        met=found.rules == rules and seconds < SECONDS,
    )
    yield Row(
        name="questions that the pass asked",
        ours=str(found.questions),
        against="distinct ones",
        theirs=str(distinct),
        ratio=found.questions / distinct,
        aim="each once",
        met=found.questions == min(distinct, rules),
    )
