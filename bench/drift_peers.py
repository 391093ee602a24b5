"""Computes drift with a peer in its own environment, without ours; prints seconds and megabytes as JSON."""

import json
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from time import perf_counter
from typing import Any

import pandas as pd


def evidently(reference: Any, current: Any) -> None:
    """Ask Evidently for the PSI of each column."""
    preset = import_module("evidently.presets").DataDriftPreset(method="psi")
    import_module("evidently").Report([preset]).run(current, reference).dict()


def nannyml(reference: Any, current: Any) -> None:
    """Ask NannyML for the distance of each column, in one chunk."""
    calculator = import_module("nannyml").UnivariateDriftCalculator(
        column_names=list(reference.columns),
        continuous_methods=["jensen_shannon"],
        categorical_methods=["jensen_shannon"],
        chunk_number=1,
    )
    calculator.fit(reference).calculate(current).to_df()


PEERS: dict[str, Callable[[Any, Any], None]] = {"evidently": evidently, "nannyml": nannyml}


def main(name: str, directory: Path) -> dict[str, float]:
    """Measure a peer without the time in which it is imported and the files are read."""
    sides = [
        pd.concat([pd.read_parquet(path) for path in sorted(directory.glob(f"{side}-*.parquet"))], ignore_index=True)
        for side in ("reference", "current")
    ]
    import_module(name)
    started = perf_counter()
    PEERS[name](*sides)
    seconds = perf_counter() - started
    return {"seconds": seconds, "megabytes": import_module("memory").peak_megabytes()}


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], Path(sys.argv[2]))))
