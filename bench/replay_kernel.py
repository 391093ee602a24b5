"""Replays of a million decisions on one core: thresholds, a model, the bootstrap, and the memory of a slice."""

import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bench.function_process import run_apart
from bench.measure import Row
from shared.decisions.configuration import FraudConfiguration
from shared.fraud.counts import Outcome, Truth
from shared.replay.facts import schema_of
from shared.replay.overrides import LogisticOverride, Overrides, ThresholdOverrides
from shared.replay.plan import ReplayPlan
from shared.replay.policy import PolicyThresholds, RulePolicy
from shared.replay.run_plan import MOST_DECISIONS, MOST_SLICES

DECISIONS, CUSTOMERS, FEATURES = 1_000_000, 200_000, 15
BY_THRESHOLDS, BY_MODEL, MOST_MEGABYTES = 10e6, 1e6, 512
START = datetime(2026, 1, 5, tzinfo=UTC)
_NAMES = [f"FEATURE_{number}_7DAY_WINDOW" for number in range(FEATURES)]
_LARGEST_SLICE = MOST_DECISIONS // MOST_SLICES
"""Decisions that are scored again: those of a slice of the largest run."""

_ONCE, _ONE_THREAD = "bench.replay_kernel_once", {"OPENBLAS_NUM_THREADS": "1"}


def measure(decisions: int = DECISIONS) -> list[Row]:
    """Write the slices, and have them replayed by processes with one thread."""
    overrides = {
        "thresholds": Overrides(thresholds=ThresholdOverrides(fraud_threshold=0.5, review_threshold=0.3)),
        "logistic": Overrides(
            model=LogisticOverride(type="logistic", intercept=-1.0, coefficients=dict.fromkeys(_NAMES, 0.1))
        ),
    }
    rows = {"thresholds": decisions, "logistic": min(decisions, _LARGEST_SLICE)}
    with tempfile.TemporaryDirectory() as directory:
        for name, each in overrides.items():
            Path(directory, f"{name}.json").write_text(_plan(each).model_dump_json(by_alias=True))
            pq.write_table(_slice(each, rows[name]), Path(directory, f"{name}.parquet"), compression="zstd")
        taken = run_apart(_ONE_THREAD, _ONCE, "parts", directory)
        wholes = {name: run_apart(_ONE_THREAD, _ONCE, "whole", directory, name) for name in overrides}
    return [*_rows(taken, rows), *(_memory(name, rows[name], each) for name, each in wholes.items())]


def _rows(taken: dict[str, float], rows: dict[str, int]) -> list[Row]:
    speeds = {name: number / taken[name] for name, number in rows.items()}
    return [
        _speed("replay by thresholds, without resamples", speeds["thresholds"], BY_THRESHOLDS, taken, "thresholds"),
        _speed(f"by a model of {FEATURES} features as stored", speeds["logistic"], BY_MODEL, taken, "logistic"),
        Row(
            name=f"{CUSTOMERS // 10:,} customers resampled 1 000 times",
            ours=f"{taken['bootstrap']:.2f} s",
            against="NumPy's Poisson generator and one product, not the same in another slice",
            theirs=f"{taken['bootstrap_peer']:.2f} s",
            ratio=taken["bootstrap_peer"] / taken["bootstrap"],
            aim="-",
            met=None,
        ),
    ]


def _memory(name: str, rows: int, whole: dict[str, float]) -> Row:
    return Row(
        name=f"a slice of {rows:,} decisions by {name}, with resamples: peak memory",
        ours=f"{whole['peak']:.0f} MB; {whole['seconds']:.1f} s, {whole['cpu']:.1f} s of CPU with imports",
        against="the most",
        theirs=f"{MOST_MEGABYTES} MB",
        ratio=whole["peak"] / MOST_MEGABYTES,
        aim="at most 1",
        met=whole["peak"] <= MOST_MEGABYTES,
    )


def _speed(name: str, speed: float, aim: float, taken: dict[str, float], part: str) -> Row:
    ours, floor = taken[part], taken[f"{part}_floor"]
    return Row(
        name=name,
        ours=f"{speed / 1e6:.1f} million/s of CPU",
        against="what NumPy and Arrow need for comparing, parsing and adding up alone",
        theirs=f"{speed / 1e6 * ours / floor:.1f} million/s",
        ratio=ours / floor,
        aim=f"at least {aim / 1e6:g} million/s",
        met=speed >= aim,
    )


def _plan(overrides: Overrides) -> ReplayPlan:
    thresholds = PolicyThresholds(fraud_threshold=0.6, review_threshold=0.35)
    return ReplayPlan(
        scenario_id="bench",
        overrides=overrides,
        policy=tuple(RulePolicy(rule_version=each, thresholds=thresholds, inferred=True) for each in ("r1", "r2")),
        start=START,
        end=START + timedelta(days=30),
        as_of=START + timedelta(days=60),
        horizon_days=45,
        cost_parameters=FraudConfiguration.of_stage({}).cost_parameters,
        currency="USD",
    )


def _slice(overrides: Overrides, rows: int) -> pa.Table:
    """Draw decisions: 3 % reviewed or declined, 1 % fraud, amounts in cents."""
    rng = np.random.default_rng(1)
    score = rng.beta(1, 9, rows)
    outcome = (score >= 0.35).astype(np.int32) + (score >= 0.6)
    silent = np.where(outcome > 0, 4, 2 + (rng.random(rows) < 0.3))
    truth = np.where(rng.random(rows) < 0.01, 0, np.where(rng.random(rows) < 0.1, 1, silent)).astype(np.int32)
    words = np.zeros((rows, 2), np.int64)
    words[:, 0] = rng.integers(100, 10**6, rows) * 10**8
    columns = {
        "decision_id": [f"d-{number}" for number in range(rows)],
        "customer_id": [f"C-{number}" for number in rng.integers(0, CUSTOMERS, rows)],
        "moment": pa.array(int(START.timestamp() * 1000) + rng.integers(0, 30 * 86_400_000, rows)).cast(
            "timestamp[ms]"
        ),
        "score": score,
        "outcome": np.array(list(map(str, Outcome)), object)[outcome],
        "rule_version": np.array(["r1", "r2"], object)[rng.integers(0, 2, rows)],
        "truth": np.array(list(map(str, Truth)), object)[truth],
        "charged_back": (truth == 0) & (outcome == 0),
        "revised": np.zeros(rows, np.int64),
        "after_horizon": np.zeros(rows, np.int64),
        "amount": pa.Array.from_buffers(pa.decimal128(38, 10), rows, [None, pa.py_buffer(words)]),
        "channel": np.array(["web", "store", "app"], object)[rng.integers(0, 3, rows)],
        "risk_band": np.array(["low", "medium", "high"], object)[rng.integers(0, 3, rows)],
        "features": lambda: _features(rng, rows),
    }
    schema = schema_of(overrides)
    arrays = [each() if callable(each := columns[name]) else each for name in schema.names]
    return pa.table(arrays, schema=schema)


def _features(rng: np.random.Generator, rows: int) -> pa.Array:
    values = pa.array([repr(each) for each in rng.lognormal(0, 1, rows * FEATURES).round(4).tolist()])
    keys = pa.array(_NAMES).take(pa.array(np.tile(np.arange(FEATURES), rows)))
    return pa.MapArray.from_arrays(np.arange(0, rows * FEATURES + 1, FEATURES, dtype=np.int32), keys, values)
