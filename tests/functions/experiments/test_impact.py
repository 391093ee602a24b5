"""What a promotion is reported to have saved is what the decisions of the held-back customers were made to show."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from moto import mock_aws

from functions.experiments.handler import app
from shared.app.wiring import Wiring, wiring
from shared.records.schema import DataType
from shared.runtime.models import rfc3339
from tests.fakes.clock import Clock
from tests.fakes.identities import Visitor
from tests.functions.experiments.conftest import SCOPES, User
from tests.functions.metrics.lake import lake_with_athena
from tests.moto_platform import CREDENTIALS

START = datetime(2025, 1, 1, tzinfo=UTC)
PROMOTED = START + timedelta(days=10)
NOW = PROMOTED + timedelta(days=75)
"""Of the decisions since the promotion, those of the first 30 of 40 days are at least 45 days old by now."""

HORIZON, DAYS_SINCE, LATEST_LABEL_DAYS = timedelta(days=45), 40, 30
CUSTOMERS_BEFORE, CUSTOMERS_SINCE, HELD_BACK = 1_000, 3_000, 0.2
FRAUD, REVIEWED = 0.1, {"control": 0.3, "treatment": 0.1}
"""Probabilities that a decision is fraud, and that a good one is reviewed."""

AMOUNT = (25.0, 75.0)
WORTH = sum(AMOUNT) / 2
COST_OF_REVIEW = WORTH * 0.3 * 0.1 + 3.0
"""Of a good order: a tenth of the margin, and the work."""


@dataclass(frozen=True)
class Effect:
    """The probabilities that each variant approves a fraud, and what a decision of the treatment saves by them."""

    name: str
    missed: dict[str, float]

    @property
    def saved(self) -> float:
        """The expected saving of a decision."""
        cost = {
            each: FRAUD * missed * WORTH + (1 - FRAUD) * REVIEWED[each] * COST_OF_REVIEW
            for each, missed in self.missed.items()
        }
        return cost["control"] - cost["treatment"]


_EVEN = (REVIEWED["control"] - REVIEWED["treatment"]) * (1 - FRAUD) * COST_OF_REVIEW / (FRAUD * WORTH)
SAVES = Effect("saves", {"control": 0.6, "treatment": 0.1})
SAVES_NOTHING = Effect("saves-nothing", {"control": 0.3, "treatment": 0.3 + _EVEN})
COSTS = Effect("costs", {"control": 0.1, "treatment": 0.6})
EFFECTS = (SAVES, SAVES_NOTHING, COSTS)


@dataclass(frozen=True)
class SimulatedDecision:
    """A decision with its truth, and what it cost."""

    record: dict[str, Any]
    is_fraud: bool

    @property
    def cost(self) -> float:
        """What the fraud took, or the review cost."""
        amount: float = self.record["amount"]
        if self.record["outcome"] == "approve":
            return amount if self.is_fraud else 0.0
        return 0.0 if self.is_fraud else amount * 0.3 * 0.1 + 3.0

    def label(self, rng: np.random.Generator) -> dict[str, Any] | None:
        """The label: of every review, and of every fraud that was approved."""
        is_reviewed = self.record["outcome"] == "review"
        if not is_reviewed and not self.is_fraud:
            return None
        at = self.record["timestamp"] + timedelta(days=float(rng.uniform(0, LATEST_LABEL_DAYS)))
        return {
            "decision_id": self.record["decision_id"],
            "decision_timestamp": self.record["timestamp"],
            "label": "fraud" if self.is_fraud else "legitimate",
            "source": "manual_review" if is_reviewed else "chargeback",
            "labelled_at": at,
        }


def simulated(rng: np.random.Generator, effect: Effect) -> Iterator[SimulatedDecision]:
    """Yield the decisions of an experiment and of the time after its promotion; customers are assigned as a whole."""
    for number in range(CUSTOMERS_BEFORE + CUSTOMERS_SINCE):
        is_since = number >= CUSTOMERS_BEFORE
        variant = "control" if rng.random() < (HELD_BACK if is_since else 0.5) else "treatment"
        start, days = (PROMOTED, DAYS_SINCE) if is_since else (START, 10)
        for order in range(1 + rng.poisson(0.5)):
            is_fraud = bool(rng.random() < FRAUD)
            approved = effect.missed[variant] if is_fraud else 1 - REVIEWED[variant]
            record = {
                "decision_id": f"{effect.name}-{number}-{order}",
                "timestamp": start + timedelta(seconds=int(rng.integers(0, days * 86_400))),
                "score": 0.5,
                "outcome": "approve" if rng.random() < approved else "review",
                "customer_id": f"{effect.name}-{number}",
                "experiment_id": effect.name,
                "variant_id": variant,
                "amount": round(float(rng.uniform(*AMOUNT)), 2),
                "currency": "USD",
            }
            yield SimulatedDecision(record, is_fraud)


@dataclass(frozen=True)
class World:
    """Promoted experiments, and the decisions of each."""

    user: User
    decisions: dict[str, list[SimulatedDecision]]

    def impact(self, effect: Effect) -> Any:
        """What the promotion of an experiment is reported to have saved."""
        answer = self.user.ask("GET", f"/{effect.name}")
        assert answer.status == 200, answer.body
        return answer.body["promotion"]["realisedImpact"]

    def costs(self, effect: Effect, variant: str) -> np.ndarray[Any, np.dtype[np.float64]]:
        """What each decision since the promotion cost that is old enough to tell."""
        told = [
            each.cost
            for each in self.decisions[effect.name]
            if each.record["variant_id"] == variant and PROMOTED <= each.record["timestamp"] <= NOW - HORIZON
        ]
        return np.array(told)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Experiments that are promoted after ten days, and looked at 75 days later."""
    rng, clock = np.random.default_rng(11), Clock(PROMOTED)
    decisions = {each.name: list(simulated(rng, each)) for each in EFFECTS}
    every = [each for made in decisions.values() for each in made]
    labels = [label for each in every if (label := each.label(rng)) is not None]
    with pytest.MonkeyPatch.context() as environment:
        for name, value in CREDENTIALS.items():
            environment.setenv(name, value)
        with mock_aws(), lake_with_athena(tmp_path_factory.mktemp("athena")) as (lake, athena):
            environment.setenv("AWS_ENDPOINT_URL_ATHENA", athena)
            lake.keep(DataType.LABELS, labels)
            lake.keep(DataType.DECISIONS, [each.record for each in every])
            wired = Wiring(lake.settings, clock)
            app.dependency_overrides[wiring] = lambda: wired
            for effect in EFFECTS:
                _promote(User(Visitor(wired.identity, *SCOPES)), effect)
            clock.pass_by(NOW - PROMOTED)
            yield World(User(Visitor(wired.identity, *SCOPES)), decisions)
            app.dependency_overrides.clear()


def _promote(user: User, effect: Effect) -> None:
    user.started(id=effect.name, startDate=rfc3339(START), minimumUnits=100)
    body = {"variantId": "treatment", "confirmation": True, "holdBack": HELD_BACK}
    answer = user.ask("POST", f"/{effect.name}/promote", body=body)
    assert answer.status == 200, answer.body


@pytest.mark.parametrize("effect", EFFECTS, ids=lambda each: each.name)
def test_the_interval_contains_what_was_really_saved(world: World, effect: Effect) -> None:
    impact = world.impact(effect)
    low, high = impact["interval"]

    assert low <= effect.saved * impact["decisions"] <= high


def test_a_large_effect_is_told_from_none(world: World) -> None:
    intervals = [world.impact(effect)["interval"] for effect in EFFECTS]

    assert [(low > 0, high < 0) for low, high in intervals] == [(True, False), (False, False), (False, True)]


@pytest.mark.parametrize("effect", EFFECTS, ids=lambda each: each.name)
def test_mature_decisions_since_the_promotion_are_compared_with_those_held_back(world: World, effect: Effect) -> None:
    treatment, control = (world.costs(effect, each) for each in ("treatment", "control"))

    impact = world.impact(effect)

    assert (impact["decisions"], impact["heldBackDecisions"]) == (len(treatment), len(control))
    assert impact["net"] == pytest.approx((control.mean() - treatment.mean()) * len(treatment), abs=0.01)
    assert impact["fraudLossPrevented"] + impact["falsePositiveCostSaved"] == pytest.approx(impact["net"], abs=0.01)
    assert (impact["since"], impact["asOf"]) == (rfc3339(PROMOTED), rfc3339(NOW))
