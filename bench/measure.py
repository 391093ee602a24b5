"""Timing that can be trusted on a noisy machine: contenders take turns, the median counts, ratios are quoted."""

import gc
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median

Work = Callable[[], object]


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the table: what was measured, what it is held against, and what was aimed at."""

    name: str
    ours: str
    against: str
    theirs: str
    ratio: float
    aim: str
    met: bool | None


def medians(
    contenders: Mapping[str, Work],
    *,
    runs: int = 7,
    clock: Callable[[], float] = time.perf_counter,
    before: Work = lambda: None,
) -> dict[str, float]:
    """Run the contenders in turn, one warm-up each, and return the median seconds of each by the clock.

    `before` runs before each, untimed.
    """
    taken: dict[str, list[float]] = {name: [] for name in contenders}
    for run in range(runs + 1):
        for name, work in contenders.items():
            before()
            gc.collect()
            started = clock()
            work()
            if run:
                taken[name].append(clock() - started)
    return {name: median(times) for name, times in taken.items()}


def milliseconds(seconds: float) -> str:
    """Write a time as the table does."""
    return f"{seconds * 1000:.1f} ms"


def faster(name: str, ours: float, peer: tuple[str, float], *, at_least: float) -> Row:
    """Compare with a peer that we mean to beat."""
    ratio = peer[1] / ours
    return Row(
        name=name,
        ours=milliseconds(ours),
        against=peer[0],
        theirs=milliseconds(peer[1]),
        ratio=ratio,
        aim=f"at least {at_least:g} x faster",
        met=ratio >= at_least,
    )


def above_floor(name: str, ours: float, floor: tuple[str, float], *, at_most: float) -> Row:
    """Compare with what cannot be beaten."""
    ratio = ours / floor[1]
    return Row(
        name=name,
        ours=milliseconds(ours),
        against=floor[0],
        theirs=milliseconds(floor[1]),
        ratio=ratio,
        aim=f"at most {at_most:g} x the floor",
        met=ratio <= at_most,
    )
