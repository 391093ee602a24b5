"""How well scores rank fraud: ROC AUC, average precision, card precision at k.

ROC AUC: Hanley and McNeil (1982), https://doi.org/10.1148/radiology.143.1.7063747. Average precision: as scikit-learn's
`average_precision_score`, without interpolation. Card precision: Le Borgne, Siblini, Lebichot and Bontempi,
Reproducible Machine Learning for Credit Card Fraud Detection (2022), section "Precision top-k metrics".
"""

import heapq
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

TOP_CARDS = 100
"""Number of cards that investigators can check on a day, k of card precision."""


class ScoreGroup(NamedTuple):
    """How many decisions of one score are fraud (positives), and how many are not (negatives)."""

    score: float
    positives: int
    negatives: int


class CardDay(NamedTuple):
    """A card on a UTC day: the highest score of its decisions, and whether any of them is fraud."""

    day: date
    card: str
    score: float
    is_fraud: bool


def roc_auc(groups: Iterable[ScoreGroup]) -> float | None:
    """Return the area under the ROC curve, 0 to 1; None unless there are both positives and negatives.

    It is the share of pairs of a positive and a negative in which the positive has the higher score; equal scores
    count half (the statistic U of Mann and Whitney, divided by the number of pairs). The groups may have any order,
    and several may have the same score.
    """
    below = positives = twice_wins = 0
    for group in _by_score(groups):
        twice_wins += group.positives * (2 * below + group.negatives)
        positives += group.positives
        below += group.negatives
    return twice_wins / (2 * positives * below) if positives and below else None


def average_precision(groups: Iterable[ScoreGroup]) -> float | None:
    """Return the average precision, above 0 to 1; None unless there are both positives and negatives.

    Σ (Rₙ - Rₙ₋₁) Pₙ over all distinct scores from the highest to the lowest, where Rₙ and Pₙ are the recall and the
    precision if all decisions from the n-th score upwards are flagged. The groups may have any order, and several may
    have the same score.
    """
    found = flagged = 0
    terms = []
    for group in reversed(_by_score(groups)):
        found += group.positives
        flagged += group.positives + group.negatives
        if group.positives:
            terms.append(group.positives * found / flagged)
    return math.fsum(terms) / found if 0 < found < flagged else None


def _by_score(groups: Iterable[ScoreGroup]) -> list[ScoreGroup]:
    """Return one group for each score, the lowest score first."""
    totals: defaultdict[float, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for score, positives, negatives in groups:
        before = totals[score]
        totals[score] = (before[0] + positives, before[1] + negatives)
    return [ScoreGroup(score, *totals[score]) for score in sorted(totals)]


def card_precision(rows: Iterable[CardDay], k: int = TOP_CARDS) -> float | None:
    """Return the card precision at k, 0 to 1: the mean over days of fraudulent cards among the k highest scores ÷ k.

    A card that was among the k highest of an earlier day, and fraudulent on it, is left out: it is already blocked.
    Cards with the same score are ordered by id, ascending, by code points (the order of Trino and DuckDB, too). The
    divisor is k even on days with fewer cards; the mean includes days on which all cards are left out.

    Args:
        rows: One row for each card and day, in any order; those of `needed_card_days` suffice.
        k: Number of cards that are checked on a day, at least 1.

    Returns:
        The mean over the days that have rows; None without rows.
    """
    days = _by_day(rows)
    blocked: set[str] = set()
    for day in sorted(days):
        free = [row for row in days[day] if row.card not in blocked]
        blocked.update(row.card for row in _highest(free, k) if row.is_fraud)
    # Each card is found at most once, because it is left out from then on.
    return len(blocked) / (k * len(days)) if days else None


def needed_card_days(rows: Iterable[CardDay], k: int = TOP_CARDS) -> Iterator[CardDay]:
    """Yield, of one row for each card and day, those from which `card_precision` is the same: the rule for queries.

    They are, for each day, all cards that are fraudulent on some day of the range, and the k highest scores of the
    other cards.

    Only cards of the first kind are ever left out. So a card of the second kind that is among the k highest of a day
    has, at most, k - 1 cards before it, of both kinds; it is thus among the k highest of its kind. The rows of a day
    therefore include its k highest, whichever cards are left out; and each day keeps at least one row.
    """
    days = _by_day(rows)
    fraudulent = {row.card for of_day in days.values() for row in of_day if row.is_fraud}
    for of_day in days.values():
        yield from (row for row in of_day if row.card in fraudulent)
        yield from _highest((row for row in of_day if row.card not in fraudulent), k)


def _by_day(rows: Iterable[CardDay]) -> dict[date, list[CardDay]]:
    days: defaultdict[date, list[CardDay]] = defaultdict(list)
    for row in rows:
        days[row.day].append(row)
    return days


def _highest(rows: Iterable[CardDay], k: int) -> list[CardDay]:
    return heapq.nsmallest(k, rows, key=lambda row: (-row.score, row.card))
