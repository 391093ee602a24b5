"""Baselines: what a judged range is compared with, and their frozen form. Pure."""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import orjson

from shared.drift.profile import BaselineProfile, Counts, Profile, Value
from shared.lake.rollups.feature_rules import EVEN, ODD


class BaselineSource(StrEnum):
    """Where a baseline comes from: frozen on request, frozen by the platform, or the range before the judged one."""

    REQUESTED = "requested"
    AUTOMATIC = "automatic"
    PRECEDING = "preceding"


@dataclass(frozen=True, kw_only=True)
class Baseline:
    """A range of decisions of a model version; a frozen one has an id and a version, and never changes."""

    source: BaselineSource
    model_version: str | None
    start: datetime
    end: datetime
    baseline_id: str | None = None
    version: int | None = None
    decisions: int | None = None
    created_at: datetime | None = None
    created_by: str | None = None


def dump_profile(profile: BaselineProfile) -> bytes:
    """Return a profile as compressed JSON; equal profiles give equal bytes."""
    halves = {EVEN: profile.even, ODD: profile.odd}
    return zlib.compress(
        orjson.dumps({name: _dump(each) for name, each in halves.items()}, option=orjson.OPT_SORT_KEYS)
    )


def load_profile(body: bytes) -> BaselineProfile:
    """Read a profile that `dump_profile` made."""
    halves = orjson.loads(zlib.decompress(body))
    return BaselineProfile(_load(halves[EVEN]), _load(halves[ODD]))


def _dump(profile: Profile) -> Mapping[str, Any]:
    features = {name: _rows(counts) for name, counts in profile.features.items()}
    return {"decisions": profile.decisions, "features": features}


def _rows(counts: Counts) -> Sequence[tuple[str, str, int]]:
    return sorted((*value, number) for value, number in counts.items())


def _load(written: Mapping[str, Any]) -> Profile:
    features = {
        name: {Value(kind, bucket): number for kind, bucket, number in rows}
        for name, rows in written["features"].items()
    }
    return Profile(written["decisions"], features)
