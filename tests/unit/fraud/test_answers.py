"""The rows of a statement become an answer, which is the same after it was cached."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from shared.athena.pinned_queries import PinnedResult
from shared.fraud.answers import ANSWERS, read_answer
from shared.fraud.counts import Cell, Outcome, Truth
from shared.fraud.question import LabelKind
from shared.statistics.label_delays import KnownFrauds

AT = datetime(2026, 3, 1, tzinfo=UTC)
NOTHING: dict[str, Any] = {"last_labelled": None}
COUNTS = NOTHING | {
    "part": "counts", "bucket": None, "value": "a:b,c", "is_mature": False, "is_young": False,
    "is_young_for_chargebacks": False, "first_decided": AT, "last_decided": AT, "measures": "1:2:3:4",
    "packed": "approve:none:7:70.5000000000,review:none:0:0.0000000000,decline:fraud:2:12.2500000000",
}  # fmt: skip
MISSED = NOTHING | {"part": "missed", "kind": "fraud", "packed": "12:1:9.5:90.25,3:2:1.0E7:5.0E13"}


def test_packed_counts_are_read_by_outcome_and_truth() -> None:
    counts = read_answer([COUNTS], AT).total()

    assert counts.cells == {
        (Outcome.APPROVE, Truth.PENDING): Cell(7, Decimal("70.5")),
        (Outcome.DECLINE, Truth.FRAUD): Cell(2, Decimal("12.25")),
    }
    assert (counts.charged_back, counts.revised, counts.after_horizon, counts.excluded) == (1, 2, 3, 4)
    assert (counts.decisions, counts.pending.decisions, counts.true_positives.decisions) == (9, 7, 2)


def test_packed_groups_of_missed_frauds_are_read_by_number_and_by_amount() -> None:
    missed = read_answer([MISSED], AT).missed

    assert missed[LabelKind.FRAUD] == [
        (KnownFrauds(12, 1, 1, 1), KnownFrauds(12, 1, 9.5, 90.25)),
        (KnownFrauds(3, 2, 2, 2), KnownFrauds(3, 2, 1e7, 5e13)),
    ]
    assert missed[LabelKind.CHARGEBACK] == []


def test_sums_that_were_asked_for_are_not_cached() -> None:
    fresh = PinnedResult(read_answer([COUNTS, MISSED], AT), {})
    used = PinnedResult(read_answer([COUNTS, MISSED], AT), {})
    assert used.result.total().decisions

    assert ANSWERS.dump_json(used) == ANSWERS.dump_json(fresh)
    assert ANSWERS.validate_json(ANSWERS.dump_json(used)) == used
