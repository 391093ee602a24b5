"""Totals as bytes: what comes back, and what is refused."""

import io

import numpy as np
import orjson
import pytest

from shared.replay.kernel import replay
from shared.replay.totals import DifferentPlans, SliceTotals, UnreadableTotals, add_up
from tests.unit.replay.slices import plan_of, row, slice_of

ROWS = [row(number, channel=None if number % 2 else "web", score=number / 10) for number in range(10)]
PLAN = plan_of(ROWS, {"thresholds": {"fraud_threshold": 0.5}})
TOTALS = replay(slice_of(ROWS, PLAN.overrides), PLAN)


def test_bytes_give_the_same_totals() -> None:
    assert SliceTotals.from_bytes(TOTALS.to_bytes()) == TOTALS


def test_the_totals_of_nothing_come_back_too() -> None:
    nothing = add_up(PLAN, [])

    assert SliceTotals.from_bytes(nothing.to_bytes()) == nothing
    assert nothing + TOTALS == TOTALS


@pytest.mark.parametrize("body", [b"", b"PK\x03\x04", b"{}", TOTALS.to_bytes()[:-50], b"\x93NUMPY\x01\x00"])
def test_what_is_no_totals_is_refused(body: bytes) -> None:
    with pytest.raises(UnreadableTotals):
        SliceTotals.from_bytes(body)


@pytest.mark.parametrize(
    "change",
    [{"format": 2}, {"cohorts": {}}, {"cohorts": {"channel": [["a"] * 3, False], "risk_band": [["low"], False]}}],
)
def test_another_version_is_refused(change: dict[str, object]) -> None:
    arrays = dict(np.load(io.BytesIO(TOTALS.to_bytes())))
    meta = orjson.loads(arrays["meta"].tobytes()) | change
    changed = io.BytesIO()
    np.savez(changed, **{**arrays, "meta": np.frombuffer(orjson.dumps(meta), np.uint8)})

    with pytest.raises(UnreadableTotals):
        SliceTotals.from_bytes(changed.getvalue())


def test_totals_of_different_plans_do_not_add_up() -> None:
    other = plan_of(ROWS, {"thresholds": {"fraud_threshold": 0.6}})

    with pytest.raises(DifferentPlans):
        add_up(other, [TOTALS])
