"""Answers of the lake as tests want them: arms of units with one decision each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from shared.decisions.configuration import CostParameters
from shared.experiments.answers import Arm, ArmsAnswer
from shared.experiments.metrics import COST, LOSS, NET
from shared.experiments.models import StoredExperiment
from shared.fraud.answers import CountRow, FraudAnswer
from shared.fraud.question import FraudQuestion
from shared.statistics.unit_ratios import UnitSums

AMOUNT, COST_OF_REVIEW = 10.0, 3.0


@dataclass(frozen=True, kw_only=True)
class Arms:
    """A variant: units with one mature decision each; what is not approved is reviewed and legitimate if labelled."""

    units: int
    approved: int
    missed: int = 50
    unverified: int = 0
    pending: int = 0

    @property
    def row(self) -> dict[str, int]:
        """The decisions by outcome and label."""
        flagged = self.units - self.approved
        return {
            "approve_none": self.approved - self.missed - self.pending,
            "approve_fraud": self.missed,
            "review_legitimate": flagged - self.unverified,
            "review_none": self.unverified,
        }

    @property
    def arm(self) -> Arm:
        """The sums over the units."""
        refused = self.units - self.approved - self.unverified
        known = self.units - self.unverified
        mistakes = {LOSS: (self.missed, 0), COST: (0, refused), NET: (self.missed, refused)}
        return Arm(
            units=self.units,
            sums={
                "approvalRate": _share(self.approved, self.units),
                "fraudRate": _share(self.missed, known),
                **{name: self._cost(*each) for name, each in mistakes.items()},
            },
        )

    def _cost(self, missed: int, refused: int) -> UnitSums:
        x = AMOUNT * missed + COST_OF_REVIEW * refused
        squares = AMOUNT**2 * missed + COST_OF_REVIEW**2 * refused
        hits = missed + refused
        return UnitSums(self.units, x, self.units, squares, x, self.units, hits, self.units - hits)


def _share(hits: int, total: int) -> UnitSums:
    return UnitSums(total, hits, total, hits, hits, total, hits, total - hits)


@dataclass
class ScriptedReader:
    """Answers every question with the arms that a test has set."""

    arms: Mapping[str, Arms] = field(default_factory=dict)
    crossed: int = 0
    reporting_currency: str = "USD"

    def answer(self, _experiment: StoredExperiment, question: FraudQuestion, _costs: CostParameters) -> ArmsAnswer:
        """Return the arms."""
        rows = [row for name, arms in self.arms.items() for row in _rows(name, arms)]
        return ArmsAnswer(
            counted=FraudAnswer(as_of=question.as_of, counts=rows),
            arms={name: arms.arm for name, arms in self.arms.items()},
            crossed=self.crossed,
            unassigned=0,
        )


def _rows(variant: str, arms: Arms) -> list[CountRow]:
    young = {"approve_none": arms.pending}
    return [_row(variant, arms.row, is_mature=True), _row(variant, young, is_mature=False)]


def _row(variant: str, decisions: Mapping[str, int], *, is_mature: bool) -> CountRow:
    beside: dict[str, Any] = dict.fromkeys(("bucket", "first_decided", "last_decided"))
    return CountRow(
        value=variant,
        is_mature=is_mature,
        is_young=False,
        is_young_for_chargebacks=False,
        decisions=decisions,
        amounts={cell: Decimal(10 * number) for cell, number in decisions.items()},
        charged_back=0,
        revised=0,
        after_horizon=0,
        excluded=0,
        **beside,
    )


@dataclass
class ScriptedMonth:
    """Answers how many decisions there were in a month."""

    decisions: int = 100_000

    def view(self) -> None:
        """There is nothing to see."""

    def answer(self, question: FraudQuestion, _parts: object, _view: object) -> FraudAnswer:
        """Return so many decisions."""
        return FraudAnswer(as_of=question.as_of, counts=[_row("", {"approve_none": self.decisions}, is_mature=True)])
