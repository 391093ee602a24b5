"""Labels of decisions, sent late by several sources."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from infra.local.demo.rng import seeded
from infra.local.demo.window import DemoWindow, Record, format_time

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

    from infra.local.demo.fraud import FraudDecision

_SENT_BY = {
    "manual_review": "review-desk",
    "customer_report": "help-desk",
    "chargeback": "payments-hub",
    "dispute_won": "payments-hub",
}
_AUDITED_DECLINES, _AUDITED_APPROVALS = 0.6, 0.25
_CHARGED_BACK, _REPORTED, _FRIENDLY_FRAUD = 0.88, 0.4, 0.02
_KNOWN_WITHOUT_TIME_AFTER = timedelta(days=20)
_WITHOUT_TIME = 0.15
_SLOW_BANKS = 0.3


def label_decision(seed: int, decision: FraudDecision, window: DemoWindow) -> list[tuple[str, Record]]:
    """List the labels a decision has got by the window's end, each with the source that sends it."""
    rng = seeded(seed, "labels", decision.decision_id)
    known = sorted((at, source, label) for at, source, label in _findings(rng, decision) if window.holds(at))
    return [_label(rng, decision, window, finding) for finding in known]


def _findings(rng: random.Random, decision: FraudDecision) -> Iterator[tuple[datetime, str, str]]:
    at = decision.order.placed_at
    truth = "fraud" if decision.order.fraudulent else "legitimate"
    if decision.outcome == "review":
        yield at + timedelta(minutes=rng.randint(40, 900)), "manual_review", _final_label(decision)
    elif rng.random() < (_AUDITED_DECLINES if decision.stopped else _AUDITED_APPROVALS):
        yield at + timedelta(hours=rng.randint(20, 120)), "manual_review", truth
    if decision.stopped:
        return
    if decision.order.fraudulent:
        yield from _complaints(rng, at)
    elif rng.random() < _FRIENDLY_FRAUD:
        charged_back = at + _chargeback_delay(rng)
        yield charged_back, "chargeback", "fraud"
        yield charged_back + timedelta(days=rng.uniform(6, 20)), "dispute_won", "legitimate"


def _final_label(decision: FraudDecision) -> str:
    return "fraud" if decision.stopped and decision.order.fraudulent else "legitimate"


def _complaints(rng: random.Random, at: datetime) -> Iterator[tuple[datetime, str, str]]:
    if rng.random() < _REPORTED:
        yield at + timedelta(days=rng.uniform(0.5, 6)), "customer_report", "fraud"
    if rng.random() < _CHARGED_BACK:
        yield at + _chargeback_delay(rng), "chargeback", "fraud"


def _chargeback_delay(rng: random.Random) -> timedelta:
    """Most come within weeks, but some banks let the time limit pass that is the platform's maturity horizon."""
    slow_bank = rng.random() < _SLOW_BANKS
    return timedelta(days=rng.uniform(46, 75) if slow_bank else min(44.0, 5 + rng.expovariate(1 / 9)))


def _label(
    rng: random.Random, decision: FraudDecision, window: DemoWindow, finding: tuple[datetime, str, str]
) -> tuple[str, Record]:
    at, source, label = finding
    record: Record = {
        "decision_id": decision.decision_id,
        "label": label,
        "labelled_at": format_time(at),
        "source": source,
    }
    if source == "chargeback" and "amount" in decision.record:
        record["amount"] = decision.record["amount"]
    # Only decisions the platform has long known are looked up, so that a first load finds them all.
    old = decision.order.placed_at < window.end - _KNOWN_WITHOUT_TIME_AFTER
    if not old or rng.random() >= _WITHOUT_TIME:
        record["decision_timestamp"] = decision.record["timestamp"]
    return _SENT_BY[source], record
