"""Freezes baselines: on request, and by itself the first days of each model version with enough decisions."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from shared.athena.pinned_queries import Dependency, LakeQuery, PinnedResult
from shared.athena.sql import Statement, sql, table, union_all
from shared.drift.baseline import Baseline, BaselineSource
from shared.drift.profile import read_profiles
from shared.drift.queries import baseline_profile
from shared.drift.question import named_model, stored_model
from shared.drift.times import dependency, rolled_up, times
from shared.lake.catalog.rollup_tables import FEATURES_DAILY
from shared.metrics.queries.fragments import TIMESTAMP, in_days, in_intervals
from shared.metrics.split import Interval, Split
from shared.records.schema import DataType
from shared.records.schemas import SCHEMAS
from shared.records.value_schemas import EARLIEST
from shared.runtime.errors import Unprocessable
from shared.runtime.observability import logger

if TYPE_CHECKING:
    from shared.athena.pinned_queries import PinnedQueries
    from shared.drift.store import BaselineStore
    from shared.runtime.models import Clock

AUTOMATIC_DAYS = 14
FEWEST_DECISIONS = 5_000
"""Decisions that a model version must have in so many full days, for these to become its baseline."""

_DAY = timedelta(days=1)
_BASELINE: TypeAdapter[PinnedResult[tuple[Baseline, bool]]] = TypeAdapter(PinnedResult[tuple[Baseline, bool]])
_CENSUS: TypeAdapter[PinnedResult[list[tuple[str, str, int]]]] = TypeAdapter(PinnedResult[list[tuple[str, str, int]]])

_COUNTS = """
    SELECT model_version, dt, SUM(decisions) AS decisions FROM (
        {counted}
    ) AS counted GROUP BY model_version, dt
"""
_OF_ROLLUP = """
    SELECT model_version, dt, decisions FROM {features_daily} WHERE kind = 'decisions' AND {days}
"""
_OF_BASE = """
    SELECT COALESCE(model_version, '') AS model_version, CAST(CAST("timestamp" AS date) AS varchar) AS dt,
        CAST(1 AS bigint) AS decisions
    FROM {decisions} WHERE {intervals}
"""


@dataclass(frozen=True, kw_only=True)
class BaselineFreezer:
    """Freezes baselines."""

    queries: "PinnedQueries"
    baselines: "BaselineStore"
    clock: "Clock"

    def freeze(self, whole: Interval, model_version: str, created_by: str) -> tuple[Baseline, bool]:
        """Freeze a range as the next baseline of a model version; return it, and whether it is new.

        Raises:
            Unprocessable: the range has no decisions of the model version.
        """
        return self._freeze(whole, model_version, BaselineSource.REQUESTED, created_by)

    def freeze_due(self) -> Sequence[Baseline]:
        """Freeze the first days of each model version that has no baseline and enough decisions in days that are over.

        A day is over once its decisions are not expected to change any more.
        """
        frozen = self.baselines.in_force()
        until = self.clock() - SCHEMAS[DataType.DECISIONS].allowed_lateness
        made: list[Baseline] = []
        for model_version, days in sorted(self._census(until).items()):
            first = None if model_version in frozen else first_days(days, until)
            if first is not None:
                baseline, is_new = self._freeze(first, model_version, BaselineSource.AUTOMATIC, None)
                made += [baseline] if is_new else []
        logger().info("baselines frozen", count=len(made), models=[each.model_version for each in made])
        return made

    def _freeze(
        self, whole: Interval, model_version: str, source: BaselineSource, created_by: str | None
    ) -> tuple[Baseline, bool]:
        stored = stored_model(model_version)
        view = self.queries.view([DataType.DECISIONS])
        newest = self.baselines.newest(model_version)
        baseline = Baseline(
            source=source,
            model_version=model_version,
            start=whole.start,
            end=whole.end,
            created_at=self.clock(),
            created_by=created_by,
        )

        def freeze(rows: Sequence[Mapping[str, Any]]) -> tuple[Baseline, bool]:
            profile = read_profiles(rows).before
            if not profile.decisions:
                raise Unprocessable(f"There are no decisions of {model_version} in this range to freeze")
            return self.baselines.add(baseline, profile)

        asked = LakeQuery(
            statement=baseline_profile(stored, whole, times(whole, view)),
            identity=baseline_profile(stored, whole, rolled_up(whole)),
            apart=(str(newest and newest.baseline_id), str(source)),
            depends_on=[dependency(DataType.DECISIONS, whole)],
            form=_BASELINE,
            parse=freeze,
        )
        return self.queries.answer(asked, view)[0].result

    def _census(self, until: datetime) -> Mapping[str, Mapping[date, int]]:
        """Return the decisions of each model version by day."""
        view = self.queries.view([DataType.DECISIONS])
        whole = Interval(EARLIEST, datetime.combine(until.date(), time(), UTC))
        asked = LakeQuery(
            statement=decisions_by_day(times(whole, view)),
            identity=decisions_by_day(rolled_up(whole)),
            depends_on=[Dependency(DataType.DECISIONS)],
            form=_CENSUS,
            parse=lambda rows: [(row["model_version"], row["dt"], row["decisions"]) for row in rows],
        )
        found: dict[str, dict[date, int]] = {}
        for model, day, decisions in self.queries.answer(asked, view)[0].result:
            found.setdefault(named_model(model), {})[date.fromisoformat(day)] = decisions
        return found


def first_days(decisions: Mapping[date, int], until: datetime) -> Interval | None:
    """Return the first 14 full days, after the day of the first decision, with at least 5 000 decisions; None if later.

    Args:
        decisions: the number of decisions of each UTC day, not empty.
        until: the time up to which days are over.
    """
    since = min(decisions)
    for first in islice(_days_after(since), (until.date() - since).days - AUTOMATIC_DAYS):
        total = sum(decisions.get(first + number * _DAY, 0) for number in range(AUTOMATIC_DAYS))
        if total >= FEWEST_DECISIONS:
            start = datetime.combine(first, time(), UTC)
            return Interval(start, start + AUTOMATIC_DAYS * _DAY)
    return None


def _days_after(day: date) -> Iterator[date]:
    while True:
        day += _DAY
        yield day


def decisions_by_day(time_of: Split) -> Statement:
    """Return the statement for the number of decisions of each model version by day."""
    counted = []
    if time_of.rollup:
        rollup = table(FEATURES_DAILY.name)
        counted.append(sql(_OF_ROLLUP, features_daily=rollup, days=in_days(time_of.rollup)))
    if time_of.base:
        decisions = table(DataType.DECISIONS)
        counted.append(sql(_OF_BASE, decisions=decisions, intervals=in_intervals(TIMESTAMP, time_of.base)))
    return sql(_COUNTS, counted=union_all(counted))
