"""Replays of slices, in a process of their own and one thread, beside what NumPy and Arrow need for the same."""

from collections.abc import Callable, Mapping
from pathlib import Path
from time import process_time

import numpy as np
import pyarrow as pa

from bench.function_process import tell, timed
from bench.measure import medians
from shared.replay.bootstrap import resample
from shared.replay.facts import checked, read_facts
from shared.replay.kernel import count, replay
from shared.replay.plan import RESAMPLES, ReplayPlan
from shared.replay.scores import logistic
from shared.replay.tally import amounts_of
from shared.replay.weights import units

RUNS = 5
_RESAMPLED = 100_000


def whole(directory: str, name: str) -> None:
    """Replay a slice as a function does, and tell its peak of memory."""
    body, plan = _read(Path(directory), name)
    _, seconds = timed(lambda: replay(read_facts(body, plan.overrides), plan))
    tell({}, seconds)


def parts(directory: str) -> None:
    """Measure parts of replays in turn with their floors, in seconds of CPU."""
    found = {name: _read(Path(directory), name) for name in ("thresholds", "logistic")}
    plans = {name: plan for name, (_, plan) in found.items()}
    facts = {name: read_facts(body, plan.overrides) for name, (body, plan) in found.items()}
    contenders = {
        "thresholds": lambda: count(facts["thresholds"], plans["thresholds"]),
        "thresholds_floor": _thresholds_floor(facts["thresholds"]),
        "logistic": lambda: count(facts["logistic"], plans["logistic"]),
        "logistic_floor": _logistic_floor(facts["logistic"]),
        **_resamples(facts["thresholds"].slice(0, _RESAMPLED), plans["thresholds"]),
    }
    taken, seconds = timed(lambda: medians(contenders, runs=RUNS, clock=process_time))
    tell(taken, seconds)


def _read(directory: Path, name: str) -> tuple[bytes, ReplayPlan]:
    plan = ReplayPlan.model_validate_json((directory / f"{name}.json").read_bytes())
    return (directory / f"{name}.parquet").read_bytes(), plan


def _thresholds_floor(facts: pa.Table) -> Callable[[], object]:
    """Compare scores with two thresholds, and count and add up amounts by outcome and truth, all as arrays already."""
    scores = np.asarray(facts["score"].combine_chunks())
    truths = np.asarray(facts["truth"].combine_chunks().indices)
    amounts = np.asarray(facts["amount"].cast(pa.float64()).combine_chunks())

    def floor() -> object:
        groups = ((scores >= 0.5).view(np.uint8) + (scores >= 0.3).view(np.uint8)) * np.uint8(5) + truths
        return np.bincount(groups), np.bincount(groups, amounts)

    return floor


def _logistic_floor(facts: pa.Table) -> Callable[[], object]:
    """Parse the numbers, multiply them with coefficients and take the logistic function."""
    stored = facts["features"].combine_chunks().items
    coefficients = np.linspace(-0.2, 0.2, len(stored) // facts.num_rows)

    def floor() -> object:
        return logistic(np.asarray(stored.cast(pa.float64())).reshape(-1, len(coefficients)) @ coefficients)

    return floor


def _resamples(facts: pa.Table, plan: ReplayPlan) -> Mapping[str, Callable[[], object]]:
    """Resample a tenth of the slice; against weights of NumPy's generator and one product with a table of customers."""
    counted, rows = count(facts, plan), checked(facts, plan.overrides)
    amounts, hashes = amounts_of(rows["amount"]), units(rows["customer_id"], rows["decision_id"])
    customers, places = np.unique(hashes, return_inverse=True)
    used = np.unique(counted.cells)
    table = np.zeros((len(customers), len(used)))
    np.add.at(table, (places, np.searchsorted(used, counted.cells)), 1.0)
    rng = np.random.default_rng(1)

    def plain() -> object:
        blocks = np.array_split(table, len(customers) // 256 + 1)
        return sum(rng.poisson(1.0, (len(each), RESAMPLES)).astype(np.float64).T @ each for each in blocks)

    return {"bootstrap": lambda: resample(counted.cells, amounts, hashes, plan.seed), "bootstrap_peer": plain}
