"""Estimates of what late labels will bring: recall, fraud rate, chargeback rate and fraud loss. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from shared.fraud.answers import CountRow, FraudAnswer
from shared.fraud.counts import Counts, Outcome, total
from shared.fraud.question import LabelKind
from shared.statistics.intervals import Interval
from shared.statistics.label_delays import KnownFrauds, LateFraud, MissingEstimate, estimate

_NO_LABELS = 0
_APPROVED = (Outcome.APPROVE,)


@dataclass(frozen=True)
class Estimated:
    """An estimate, its 95 % interval, and why either is missing."""

    value: float | None
    interval: Interval | None
    missing: MissingEstimate | None


@dataclass(frozen=True)
class Estimates:
    """All estimates, and the number of decisions that are too young for any."""

    recall: Estimated
    fraud_rate: Estimated
    chargeback_rate: Estimated
    fraud_loss: Estimated
    excluded: int


def estimates(answer: FraudAnswer) -> Estimates:
    """Return the estimates of an answer.

    N is the estimated number of missed frauds, labels on their way included. Recall is TP ÷ (TP + N), the fraud rate
    (TP + N) ÷ (TP + FP + FN + TN); the chargeback rate is the estimated number of charged-back decisions ÷ approved
    ones; the fraud loss is the estimated sum of their amounts. Decisions so young that less than 5 % of labels have
    come are left out of numerators and denominators.
    """
    old = _of([row for row in answer.counts if not row.is_young])
    mature = _of([row for row in answer.counts if row.is_mature])
    charged = _of([row for row in answer.counts if not row.is_young_for_chargebacks])
    late = _late(answer, LabelKind.FRAUD, float(mature.false_negatives.decisions), _bounds_of(old), by_amount=False)
    back = _late(answer, LabelKind.CHARGEBACK, float(mature.charged_back), _charged_bounds(charged), by_amount=False)
    loss = _late(answer, LabelKind.FRAUD, float(mature.false_negatives.amount), _loss_bounds(old), by_amount=True)
    tp = old.true_positives.decisions
    verified = sum(
        each.decisions for each in (old.true_positives, old.false_positives, old.false_negatives, old.true_negatives)
    )
    return Estimates(
        recall=_carried(late, lambda missed: tp / (tp + missed) if tp + missed else None),
        fraud_rate=_carried(late, lambda missed: (tp + missed) / verified if verified else None),
        chargeback_rate=_carried(back, _share_of(charged.of(_APPROVED).decisions)),
        fraud_loss=_carried(loss, lambda missed: missed),
        excluded=total(row.counts for row in answer.counts if row.is_young).decisions,
    )


def _of(rows: Iterable[CountRow]) -> Counts:
    return total(row.counts for row in rows)


def _bounds_of(counts: Counts) -> Interval:
    missed, pending = counts.false_negatives.decisions, counts.pending.decisions
    return Interval(missed, missed + pending)


def _charged_bounds(counts: Counts) -> Interval:
    return Interval(counts.charged_back, counts.charged_back + counts.pending.decisions)


def _loss_bounds(counts: Counts) -> Interval:
    missed, pending = float(counts.false_negatives.amount), float(counts.pending.amount)
    return Interval(missed, missed + pending)


def _late(answer: FraudAnswer, kind: LabelKind, mature: float, bounds: Interval, *, by_amount: bool) -> LateFraud:
    """Return the estimated sum over missed frauds: the mature ones, whose labels are all there, and the younger."""
    learned = answer.learned.get(kind)
    labels = learned.labels if learned else _NO_LABELS
    asked = (amounts if by_amount else numbers for numbers, amounts in answer.missed.get(kind, ()))
    # The curve may be a minute older than the answer, which then may have a further label.
    groups = [group._replace(arrived=min(group.arrived, labels)) for group in asked]
    frauds = _of([row for row in answer.counts if row.is_mature])
    number = frauds.false_negatives.decisions if kind is LabelKind.FRAUD else frauds.charged_back
    if number:
        groups.append(KnownFrauds(labels, number, mature, mature))
    return estimate(labels, groups, bounds)


def _share_of(approved: int) -> Callable[[float], float | None]:
    return lambda charged_back: charged_back / approved if approved else None


def _carried(late: LateFraud, of: Callable[[float], float | None]) -> Estimated:
    """Carry a sum and its interval through a ratio, which rises or falls with it."""
    value = None if late.value is None else of(late.value)
    if late.interval is None or value is None:
        return Estimated(value, None, late.missing)
    ends = [end for end in map(of, late.interval) if end is not None]
    return Estimated(value, Interval(min(ends), max(ends)) if ends else None, late.missing)
