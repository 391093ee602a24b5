"""Weights of the bootstrap, their sums over slices, and the intervals that come out of them."""

import math
from collections import Counter
from decimal import Decimal
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest

from shared.replay.bootstrap import resample
from shared.replay.cells import CELLS, TRUTHS
from shared.replay.kernel import replay
from shared.replay.plan import RESAMPLES
from shared.replay.results import results
from shared.replay.tally import amounts_of
from shared.replay.weights import FREQUENCIES, hash_texts, units, weights
from tests.unit.replay.slices import Row, plan_of, row, slice_of

_64_BITS = 2**64 - 1
_GAMMA = 0x9E3779B97F4A7C15
IDS = ["", "a", "C-1", "12345678", "123456789", "é" * 9, "x" * 200]


def mixed(state: int) -> int:
    """The output function of SplitMix64, on whole numbers of Python."""
    state = (state ^ state >> 30) * 0xBF58476D1CE4E5B9 & _64_BITS
    state = (state ^ state >> 27) * 0x94D049BB133111EB & _64_BITS
    return state ^ state >> 31


def hashed(text: str) -> int:
    data = text.encode()
    found = mixed(len(data))
    for start in range(0, len(data), 8):
        found = mixed(found ^ int.from_bytes(data[start : start + 8], "little"))
    return found


def weights_of(unit: int, seed: int, resamples: int) -> list[int]:
    table = [weight for weight, times in enumerate(FREQUENCIES) for _ in range(times)]
    started = mixed(unit ^ seed)
    numbers = [mixed((started + step * _GAMMA) & _64_BITS) for step in range(1, resamples // 4 + 1)]
    return [table[number >> 16 * lane & 0xFFFF] for number in numbers for lane in range(4)]


def test_the_second_computation_is_splitmix64() -> None:
    published = [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431]

    assert [mixed((1234567 + step * _GAMMA) & _64_BITS) for step in range(1, 5)] == published


def test_texts_are_hashed_as_by_the_second_computation_wherever_they_are() -> None:
    assert hash_texts(pa.array(IDS)).tolist() == list(map(hashed, IDS))
    assert hash_texts(pa.array(["zz", *IDS])[1:]).tolist() == list(map(hashed, IDS))
    assert len(set(hash_texts(pa.array([f"C-{number}" for number in range(100_000)])).tolist())) == 100_000


def test_weights_are_those_of_the_second_computation() -> None:
    found = weights(np.array([5, 2**63 + 1], np.uint64), 77, 1_000)

    assert found.tolist() == [weights_of(5, 77, 1_000), weights_of(2**63 + 1, 77, 1_000)]


def test_a_unit_is_a_customer_or_else_a_decision() -> None:
    customers, decisions = pa.array(["a", None, "a", None, "d1"]), pa.array(["d0", "d1", "d2", "d3", "d4"])

    found = units(customers, decisions).tolist()

    assert found[0] == found[2]
    assert len(set(found)) == 4


def test_the_frequencies_are_a_poisson_distribution_with_mean_and_variance_1() -> None:
    poisson = [65_536 * math.exp(-1) / math.factorial(weight) for weight in range(len(FREQUENCIES))]

    assert sum(FREQUENCIES) == sum(weight * times for weight, times in enumerate(FREQUENCIES)) == 65_536
    assert sum(weight**2 * times for weight, times in enumerate(FREQUENCIES)) == 2 * 65_536
    assert np.abs(np.array(FREQUENCIES) - poisson).max() < 2


def test_weights_are_distributed_as_poisson_and_independent() -> None:
    ids = pa.array([f"C-{number}" for number in range(4_000)])
    drawn = weights(hash_texts(ids), 9, 1_000)
    others = weights(hash_texts(ids), 10, 1_000)

    assert drawn.mean() == pytest.approx(1, abs=5 / math.sqrt(drawn.size))
    assert drawn.var() == pytest.approx(1, abs=5 * math.sqrt(3 / drawn.size))
    counted, expected = Counter(drawn.ravel().tolist()), np.array(FREQUENCIES) / 65_536 * drawn.size
    deviations = [(counted[weight] - times) ** 2 / times for weight, times in enumerate(expected)]
    assert sum(deviations) < 26.1  # chi-square with 8 degrees of freedom at 0.001
    for sample, length in ((drawn.T, 4_000), (drawn[:1_000], 1_000)):
        correlations = np.asarray(np.corrcoef(sample))
        apart = correlations[np.triu_indices(len(correlations), 1)] * math.sqrt(length)
        assert apart.std() == pytest.approx(1, abs=0.02)
        assert np.abs(apart).max() < 6
    assert abs(np.asarray(np.corrcoef(drawn.ravel(), others.ravel()))[0, 1]) < 5 / math.sqrt(drawn.size)


def test_resamples_are_the_weighted_sums_of_decisions() -> None:
    rng = np.random.default_rng(5)
    cells = rng.integers(0, int(np.prod(CELLS)), 3_000).astype(np.uint8)
    hashes = rng.integers(0, 2**64, 700, np.uint64)[rng.integers(0, 700, 3_000)]
    amounts = [Decimal(int(each)).scaleb(-10) for each in rng.integers(0, 2**62, 3_000)]

    found = resample(cells, amounts_of(pa.array(amounts, pa.decimal128(38, 10))), hashes, 3)

    drawn = weights(hashes, 3, RESAMPLES).astype(np.int64)
    flat = found.reshaped(RESAMPLES, int(np.prod(CELLS)))
    for place in range(0, RESAMPLES, 97):
        for cell in range(int(np.prod(CELLS))):
            chosen = np.flatnonzero(cells == cell)
            assert flat.counts[place, cell] == drawn[chosen, place].sum()
            expected = sum((amounts[each] * int(drawn[each, place]) for each in chosen), Decimal(0))
            assert flat.cell(place, cell).amount == (expected if _has_amount(cell) else 0)


def _has_amount(cell: int) -> bool:
    """Whether it has fraud, or legitimate decisions that are flagged on one side."""
    before, after, truth = cell // 30, cell // 10 % 3, TRUTHS[cell // 2 % 5]
    return truth == "fraud" or (before + after > 0 and truth in ("legitimate", "presumed"))


def _rows_of_customers() -> list[Row]:
    """Decisions of 400 customers, whose scores and truths are alike, so that decisions are not independent."""
    rng = np.random.default_rng(11)
    rows: list[Row] = []
    for customer in range(400):
        level, bad = rng.beta(1.2, 4), rng.random()
        for _ in range(rng.integers(1, 9)):
            score = float(np.clip(level + rng.normal(0, 0.1), 0, 1))
            outcome = "decline" if score >= 0.5 else "approve"
            truth = "fraud" if rng.random() < 0.6 * bad * (level + 0.1) else "legitimate"
            amount = Decimal(str(round(float(rng.lognormal(3, 1)), 2)))
            changes = {"score": score, "outcome": outcome, "truth": truth, "amount": amount}
            rows.append(row(len(rows), customer_id=f"c{customer}", **changes))
    return rows


def test_intervals_are_those_of_a_plain_bootstrap_of_customers() -> None:
    rows = _rows_of_customers()
    plan = plan_of(rows, {"thresholds": {"fraud_threshold": 0.3}})

    shown = results(replay(slice_of(rows, plan.overrides), plan), plan, "run-1").differences

    drawn = _plain_bootstrap(rows, before=0.5, after=0.3)
    for name in ("precision", "recall", "approval_rate", "false_positive_rate", "fraud_loss"):
        interval = getattr(shown, name).interval
        low, high = np.percentile(drawn[name], (2.5, 97.5))
        assert interval[1] - interval[0] == pytest.approx(high - low, rel=0.12), name
        assert interval == pytest.approx((low, high), abs=0.12 * (high - low)), name


def _plain_bootstrap(rows: list[Row], *, before: float, after: float, times: int = 4_000) -> dict[str, list[float]]:
    """Draw as many customers as there are, with replacement."""
    customers = np.array([int(each["customer_id"][1:]) for each in rows])
    scores = np.array([each["score"] for each in rows])
    fraud = np.array([each["truth"] == "fraud" for each in rows])
    amount = np.array([float(each["amount"]) for each in rows])
    rng = np.random.default_rng(12)
    found: dict[str, list[float]] = {}
    for _ in range(times):
        weight = np.bincount(rng.integers(0, 400, 400), minlength=400)[customers]
        one, other = (_kpis(scores >= threshold, fraud, amount, weight) for threshold in (before, after))
        for name in one:
            found.setdefault(name, []).append(other[name] - one[name])
    return found


def _kpis(flagged: np.ndarray, fraud: np.ndarray, amount: np.ndarray, weight: np.ndarray) -> dict[str, float]:
    tp, fp = weight[flagged & fraud].sum(), weight[flagged & ~fraud].sum()
    fn, tn = weight[~flagged & fraud].sum(), weight[~flagged & ~fraud].sum()
    return {
        "precision": tp / (tp + fp),
        "recall": tp / (tp + fn),
        "approval_rate": (fn + tn) / weight.sum(),
        "false_positive_rate": fp / (fp + tn),
        "fraud_loss": (amount * weight)[~flagged & fraud].sum(),
    }


def test_another_scenario_has_other_resamples_and_the_same_one_the_same() -> None:
    rows = _rows_of_customers()[:200]
    plans = [plan_of(rows, {}, scenario_id=each) for each in ("one", "one", "other")]

    one, again, other = (replay(slice_of(rows, each.overrides), each) for each in plans)

    assert one == again
    assert one.cells == other.cells
    assert one.resamples != other.resamples


def test_customers_of_several_slices_have_the_same_weights_in_all() -> None:
    rows = [row(number, customer_id="c") for number in range(10)]
    plan = plan_of(rows, {})

    parts = [replay(slice_of(each, plan.overrides), plan).resamples for each in (rows[:4], rows[4:])]

    [kept] = {
        tuple(np.unique(each.counts.sum(axis=(1, 2, 3, 4)) // size)) for each, size in zip(parts, (4, 6), strict=True)
    }
    assert all(one < other for one, other in pairwise(kept))
    assert np.array_equal(parts[0].counts * 6, parts[1].counts * 4)
