"""The CDNOW sample that the package `lifetimes` ships: purchases of 2357 customers in 78 weeks."""

import csv
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.metadata import files
from pathlib import Path

import numpy as np

from shared.customers.bgnbd import Floats, Histories

CALIBRATION_END = date(1997, 9, 30)
LAST_DAY = date(1998, 6, 30)
WEEK = 7.0


def dataset(name: str) -> Path:
    """A file of the package, found without importing it."""
    (found,) = [each for each in files("lifetimes") or () if each.name == name]
    return Path(str(found.locate()))


@cache
def summary() -> Histories:
    """The published summary of the calibration period, in weeks."""
    with dataset("cdnow_customers_summary.csv").open(encoding="utf-8") as file:
        rows = [(float(row["frequency"]), float(row["recency"]), float(row["T"])) for row in csv.DictReader(file)]
    table = np.array(rows, np.float64)
    return Histories(table[:, 0], table[:, 1], table[:, 2])


@dataclass(frozen=True)
class Split:
    """Purchases up to the end of calibration, in days, and how many came after it."""

    calibration: Histories
    later: Floats
    days: int


@cache
def split() -> Split:
    """The same customers from their purchases, with what they did in the weeks after."""
    seen = {who: sorted(day for day in days if day <= CALIBRATION_END) for who, days in _purchases().items()}
    later = [sum(day > CALIBRATION_END for day in days) for days in _purchases().values()]
    rows = [(len(days) - 1, (days[-1] - days[0]).days, (CALIBRATION_END - days[0]).days) for days in seen.values()]
    table = np.array(rows, np.float64)
    return Split(
        Histories(table[:, 0], table[:, 1], table[:, 2]),
        np.array(later, np.float64),
        (LAST_DAY - CALIBRATION_END).days,
    )


@cache
def _purchases() -> Mapping[str, set[date]]:
    found: defaultdict[str, set[date]] = defaultdict(set)
    for line in dataset("CDNOW_sample.txt").read_text(encoding="ascii").splitlines():
        _, customer, day, *_ = line.split()
        found[customer].add(datetime.strptime(day, "%Y%m%d").date())  # noqa: DTZ007 # a day has no zone
    return found
