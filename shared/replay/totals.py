"""What slices of a replay add up to, exactly and whatever the slicing and the order; with a form in bytes."""

import io
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import reduce
from operator import add
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import orjson

from shared.replay.cells import CELLS, COHORTS, GRID, TRUTHS, Cohorts
from shared.replay.overrides import features_of
from shared.replay.plan import RESAMPLES, ReplayPlan
from shared.replay.tally import LIMBS, Tally

_NUMBERS = ("seen", "reproduced", "unscorable", "revised", "after_horizon", "excluded")
_TALLIES = ("cells", "curve", "resamples")
_FORMAT = 1
_META = "meta"
_SHAPES = {"cells": CELLS, "curve": (len(GRID) + 1, len(TRUTHS)), "resamples": (RESAMPLES, *CELLS)}
_PLAIN = ("fingerprint", *_NUMBERS, "first_ms", "last_ms", "present")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class DifferentPlans(Exception):
    """Totals of different plans do not add up."""


class UnreadableTotals(Exception):
    """The bytes are not totals of this version of the code."""


@dataclass(frozen=True, kw_only=True)
class SliceTotals:
    """The totals of a slice, or of several.

    Attributes:
        fingerprint: of the plan.
        seen: decisions of the window, scored or not.
        reproduced: those whose recorded outcome the policy gives.
        unscorable: those that the model has no score for; they are counted nowhere else but in the two above.
        revised: labels that differ from the one before them.
        after_horizon: labels that came later than the horizon after their decision.
        excluded: decisions without an amount in the reporting currency.
        first_ms, last_ms: times of the first and the last decision, in milliseconds since 1970; None without any.
        present: for each feature of the overrides, how many decisions of the window have it.
        cells: decisions by `CELLS`.
        curve: decisions by the number of thresholds of `GRID` that their score reaches, and by truth.
        cohorts: decisions by `CELLS` for each value of each of `COHORTS`.
        resamples: decisions by `CELLS` for each resample of the bootstrap; amounts only where a KPI has them.
    """

    fingerprint: str
    seen: int
    reproduced: int
    unscorable: int
    revised: int
    after_horizon: int
    excluded: int
    first_ms: int | None
    last_ms: int | None
    present: tuple[int, ...]
    cells: Tally
    curve: Tally
    cohorts: Mapping[str, Cohorts]
    resamples: Tally

    @classmethod
    def nothing(cls, plan: ReplayPlan) -> Self:
        """Return the totals of no decisions."""
        return cls(
            fingerprint=plan.fingerprint,
            **dict.fromkeys(_NUMBERS, 0),
            first_ms=None,
            last_ms=None,
            present=(0,) * len(features_of(plan.overrides)),
            cells=Tally.zeros(*CELLS),
            curve=Tally.zeros(len(GRID) + 1, len(TRUTHS)),
            cohorts={dimension: Cohorts.of({}) for dimension in COHORTS},
            resamples=Tally.zeros(RESAMPLES, *CELLS),
        )

    @property
    def decisions(self) -> int:
        """Decisions replayed."""
        return self.seen - self.unscorable

    @property
    def first_decided(self) -> datetime | None:
        """Time of the first decision."""
        return None if self.first_ms is None else _EPOCH + timedelta(milliseconds=self.first_ms)

    @property
    def last_decided(self) -> datetime | None:
        """Time of the last decision."""
        return None if self.last_ms is None else _EPOCH + timedelta(milliseconds=self.last_ms)

    def __add__(self, other: "SliceTotals") -> "SliceTotals":
        """Return both together; no decision may be in both.

        Raises:
            DifferentPlans: they are of different plans.
        """
        if self.fingerprint != other.fingerprint:
            raise DifferentPlans(f"{self.fingerprint} and {other.fingerprint}")
        return SliceTotals(
            fingerprint=self.fingerprint,
            **{name: getattr(self, name) + getattr(other, name) for name in (*_NUMBERS, *_TALLIES)},
            first_ms=min((each.first_ms for each in (self, other) if each.first_ms is not None), default=None),
            last_ms=max((each.last_ms for each in (self, other) if each.last_ms is not None), default=None),
            present=tuple(map(sum, zip(self.present, other.present, strict=True))),
            cohorts={dimension: self.cohorts[dimension] + other.cohorts[dimension] for dimension in COHORTS},
        )

    def to_bytes(self) -> bytes:
        """Write the totals; equal ones have equal bytes."""
        tallies = {name: getattr(self, name) for name in _TALLIES}
        tallies |= {dimension: self.cohorts[dimension].cells for dimension in COHORTS}
        meta = {
            "format": _FORMAT,
            **{name: getattr(self, name) for name in _PLAIN},
            "cohorts": {name: [each.values, each.is_too_many] for name, each in self.cohorts.items()},
        }
        arrays = {f"{name}.counts": tally.counts for name, tally in tallies.items()}
        arrays |= {f"{name}.limbs": tally.limbs for name, tally in tallies.items()}
        arrays[_META] = np.frombuffer(orjson.dumps(meta, option=orjson.OPT_SORT_KEYS), np.uint8)
        buffer = io.BytesIO()
        np.savez_compressed(buffer, **dict(sorted(arrays.items())))
        return buffer.getvalue()

    @classmethod
    def from_bytes(cls, body: bytes) -> "SliceTotals":
        """Read totals that `to_bytes` has written.

        Raises:
            UnreadableTotals: they are cut off, of another version, or not totals at all.
        """
        try:
            with np.load(io.BytesIO(body), allow_pickle=False) as arrays:
                return _totals(arrays)
        except (OSError, EOFError, ValueError, KeyError, TypeError, AttributeError, zipfile.BadZipFile) as error:
            raise UnreadableTotals(str(error)) from error


def add_up(plan: ReplayPlan, totals: Iterable[SliceTotals]) -> SliceTotals:
    """Return the totals of all slices of a plan; of none, those of no decisions.

    Raises:
        DifferentPlans: one is of another plan.
    """
    return reduce(add, totals, SliceTotals.nothing(plan))


def _totals(arrays: Mapping[str, npt.NDArray[Any]]) -> SliceTotals:
    meta = orjson.loads(arrays[_META].tobytes())
    if meta["format"] != _FORMAT:
        raise UnreadableTotals(f"totals have format {meta['format']}; this version reads {_FORMAT}")
    cohorts = {
        dimension: Cohorts(tuple(values), _tally(arrays, dimension, (len(values), *CELLS)), is_too_many)
        for dimension, (values, is_too_many) in meta["cohorts"].items()
    }
    if cohorts.keys() != set(COHORTS):
        raise UnreadableTotals(f"totals have the cohorts {sorted(cohorts)}")
    plain: dict[str, Any] = {name: meta[name] for name in _PLAIN} | {"present": tuple(meta["present"])}
    tallies: dict[str, Any] = {name: _tally(arrays, name, shape) for name, shape in _SHAPES.items()}
    return SliceTotals(**plain, **tallies, cohorts=cohorts)


def _tally(arrays: Mapping[str, npt.NDArray[Any]], name: str, shape: tuple[int, ...]) -> Tally:
    counts, limbs = arrays[f"{name}.counts"], arrays[f"{name}.limbs"]
    for array, expected in ((counts, shape), (limbs, (*shape, LIMBS))):
        if array.shape != expected or array.dtype != np.int64:
            raise UnreadableTotals(f"{name} has the shape {array.shape} of {array.dtype} instead of {expected}")
    return Tally(counts, limbs)
