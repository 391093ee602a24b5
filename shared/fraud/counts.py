"""How many decisions, and what amounts, have each outcome and truth: what all KPIs are computed from. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from itertools import product

from shared.runtime.numbers import EXACT, ZERO


class Outcome(StrEnum):
    """The decision taken; a decision that is reviewed or declined is flagged."""

    APPROVE = "approve"
    REVIEW = "review"
    DECLINE = "decline"


FLAGGED = (Outcome.REVIEW, Outcome.DECLINE)


class Label(StrEnum):
    """What the label given last says of a decision."""

    FRAUD = "fraud"
    LEGITIMATE = "legitimate"
    NONE = "none"


class Truth(StrEnum):
    """What is known of a decision.

    Without a label, an approved decision is pending while it is younger than the maturity horizon and presumed
    legitimate from then on; a flagged one is unverified, because a stopped sale brings no chargeback.
    """

    FRAUD = "fraud"
    LEGITIMATE = "legitimate"
    PRESUMED = "presumed"
    PENDING = "pending"
    UNVERIFIED = "unverified"


def truth_of(outcome: Outcome, label: Label, *, is_mature: bool) -> Truth:
    """Return what is known of a decision."""
    if label is not Label.NONE:
        return Truth(label)
    if outcome in FLAGGED:
        return Truth.UNVERIFIED
    return Truth.PRESUMED if is_mature else Truth.PENDING


@dataclass(frozen=True)
class Cell:
    """A number of decisions, and the sum of their amounts in the reporting currency."""

    decisions: int = 0
    amount: Decimal = ZERO


@dataclass(frozen=True, kw_only=True)
class Counts:
    """Decisions by outcome and truth.

    `charged_back` are approved decisions whose latest chargeback says fraud. `revised` are labels that differ from the
    one before them, `after_horizon` those that came later than the maturity horizon after their decision. `excluded`
    are decisions without an amount, or without a rate for its currency. Sums are kept, because most KPIs, bounds and
    intervals need the same ones.
    """

    cells: Mapping[tuple[Outcome, Truth], Cell] = field(default_factory=dict)
    charged_back: int = 0
    revised: int = 0
    after_horizon: int = 0
    excluded: int = 0
    first_decided: datetime | None = None
    last_decided: datetime | None = None

    def of(self, outcomes: Iterable[Outcome] = tuple(Outcome), truths: Iterable[Truth] = tuple(Truth)) -> Cell:
        """Return the decisions with one of these outcomes and one of these truths."""
        decisions, amount = 0, ZERO
        for key in product(outcomes, truths):
            cell = self.cells.get(key)
            if cell is not None:
                decisions += cell.decisions
                amount = EXACT.add(amount, cell.amount)
        return Cell(decisions, amount)

    @cached_property
    def decisions(self) -> int:
        """The number of all decisions."""
        return sum(cell.decisions for cell in self.cells.values())

    @cached_property
    def approved(self) -> Cell:
        """Approved, whatever their truth."""
        return self.of((Outcome.APPROVE,))

    @cached_property
    def true_positives(self) -> Cell:
        """Flagged and fraud."""
        return self.of(FLAGGED, (Truth.FRAUD,))

    @cached_property
    def false_positives(self) -> Cell:
        """Flagged and legitimate."""
        return self.of(FLAGGED, (Truth.LEGITIMATE,))

    @cached_property
    def false_negatives(self) -> Cell:
        """Approved and fraud."""
        return self.of((Outcome.APPROVE,), (Truth.FRAUD,))

    @cached_property
    def true_negatives(self) -> Cell:
        """Approved and not fraud: labelled so, presumed or pending."""
        return self.of((Outcome.APPROVE,), (Truth.LEGITIMATE, Truth.PRESUMED, Truth.PENDING))

    @cached_property
    def unverified(self) -> Cell:
        """Flagged and without a label."""
        return self.of(truths=(Truth.UNVERIFIED,))

    @cached_property
    def pending(self) -> Cell:
        """Approved, without a label, and younger than the maturity horizon."""
        return self.of(truths=(Truth.PENDING,))

    @cached_property
    def presumed(self) -> Cell:
        """Approved, without a label, and older than the maturity horizon."""
        return self.of(truths=(Truth.PRESUMED,))

    @cached_property
    def labelled(self) -> Cell:
        """With a label."""
        return self.of(truths=(Truth.FRAUD, Truth.LEGITIMATE))

    def __add__(self, other: "Counts") -> "Counts":
        """Return both together; no decision may be in both."""
        return total((self, other))


NOTHING = Counts()


def total(counts: Iterable[Counts]) -> Counts:
    """Return all counts together; no decision may be in two of them."""
    parts = tuple(counts)
    numbers: dict[tuple[Outcome, Truth], int] = {}
    amounts: dict[tuple[Outcome, Truth], Decimal] = {}
    for part in parts:
        for key, cell in part.cells.items():
            numbers[key] = numbers.get(key, 0) + cell.decisions
            amounts[key] = EXACT.add(amounts.get(key, ZERO), cell.amount)
    return Counts(
        cells={key: Cell(number, amounts[key]) for key, number in numbers.items()},
        charged_back=sum(part.charged_back for part in parts),
        revised=sum(part.revised for part in parts),
        after_horizon=sum(part.after_horizon for part in parts),
        excluded=sum(part.excluded for part in parts),
        first_decided=min((part.first_decided for part in parts if part.first_decided), default=None),
        last_decided=max((part.last_decided for part in parts if part.last_decided), default=None),
    )
