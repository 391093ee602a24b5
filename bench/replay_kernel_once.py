"""Replays slices in one thread, beside what NumPy and Arrow need for the same, and prints seconds as JSON."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np
import orjson
import pyarrow as pa

from bench.measure import medians
from bench.memory import peak_megabytes
from shared.replay.bootstrap import resample
from shared.replay.facts import checked, read_facts
from shared.replay.kernel import count, replay
from shared.replay.plan import RESAMPLES, ReplayPlan
from shared.replay.scores import logistic
from shared.replay.tally import amounts_of
from shared.replay.weights import units

RUNS = 5
_RESAMPLED = 100_000


def main(directory: Path) -> dict[str, Any]:
    """Replay the slice as a function does, then measure its parts in turn with their floors."""
    plans = {each.stem: ReplayPlan.model_validate_json(each.read_bytes()) for each in directory.glob("*.json")}
    slices = {name: (directory / f"{name}.parquet").read_bytes() for name in plans}
    started = perf_counter()
    replay(read_facts(slices["thresholds"], plans["thresholds"].overrides), plans["thresholds"])
    whole, peak = perf_counter() - started, peak_megabytes()
    facts = {name: read_facts(slices[name], plan.overrides) for name, plan in plans.items()}
    contenders = {
        "thresholds": lambda: count(facts["thresholds"], plans["thresholds"]),
        "thresholds_floor": _thresholds_floor(facts["thresholds"]),
        "logistic": lambda: count(facts["logistic"], plans["logistic"]),
        "logistic_floor": _logistic_floor(facts["logistic"]),
        **_resamples(facts["thresholds"].slice(0, _RESAMPLED), plans["thresholds"]),
    }
    seconds = medians(contenders, runs=RUNS, clock=process_time)
    return {**seconds, "whole": whole, "peak": peak, "rows": {name: each.num_rows for name, each in facts.items()}}


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


if __name__ == "__main__":
    print(orjson.dumps(main(Path(sys.argv[1]))).decode())
