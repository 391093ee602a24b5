"""Reports on drift, computed by Athena or read from the cache, with the freshness of decisions."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from shared.athena.pinned_queries import LakeQuery, PinnedResult
from shared.drift.baseline import Baseline, BaselineSource
from shared.drift.comparison import Comparison, compare
from shared.drift.label_delays import label_delays, observed_at, read_delays
from shared.drift.models import DriftDataQualityResponse, DriftResponse
from shared.drift.profile import Profiles, read_profiles
from shared.drift.queries import current_profile
from shared.drift.question import stored_model
from shared.drift.response import asked_features, baseline_model, drift_metrics, feature_quality, quality_metrics
from shared.drift.times import dependency, rolled_up, times
from shared.metrics.reports import NOTHING_DELIVERED
from shared.metrics.split import Interval
from shared.records.schema import DataType
from shared.runtime.observability import logger
from shared.runtime.parallel import both
from shared.statistics.truncated_delays import MedianDelay, median_delay

if TYPE_CHECKING:
    from shared.athena.pinned_queries import PinnedQueries
    from shared.athena.sql import Statement
    from shared.decisions.configuration import FraudParameters
    from shared.drift.question import DriftQuestion
    from shared.drift.store import BaselineStore
    from shared.metrics.split import Split
    from shared.runtime.models import Clock
    from shared.sources.arrivals import SourceArrivals
    from shared.sources.freshness import Freshness

_COMPARISON: TypeAdapter[PinnedResult[Comparison]] = TypeAdapter(PinnedResult[Comparison])
_DELAYS: TypeAdapter[PinnedResult[list[tuple[int, int]]]] = TypeAdapter(PinnedResult[list[tuple[int, int]]])


@dataclass(frozen=True, kw_only=True)
class DriftReports:
    """Compares features of decisions with baselines."""

    queries: "PinnedQueries"
    arrivals: "SourceArrivals"
    baselines: "BaselineStore"
    clock: "Clock"
    parameters: "Callable[[], FraudParameters]"

    def drift(self, question: "DriftQuestion") -> DriftResponse:
        """Return the drift of the features asked for.

        Raises:
            InvalidRequest: a feature is unknown.
        """
        fresh = self._freshness()  # first: what is merged by then is in the comparison
        comparison, is_final = self._compare(question)
        asked = asked_features(comparison, question.feature_names)
        judged = _judged(question, comparison, fresh, is_final=is_final)
        return DriftResponse(**judged, drift_metrics=drift_metrics(comparison, asked))

    def data_quality(self, question: "DriftQuestion") -> DriftDataQualityResponse:
        """Return the quality of the features asked for, and the delay of labels.

        Raises:
            InvalidRequest: a feature is unknown.
        """
        fresh = self._freshness()  # first: what is merged by then is in the comparison
        comparison, is_final = self._compare(question)
        asked = asked_features(comparison, question.feature_names)
        delay = self._label_delay(question, comparison.model_version) if comparison.decisions else None
        return DriftDataQualityResponse(
            **_judged(question, comparison, fresh, is_final=is_final),
            quality_metrics=quality_metrics(comparison, asked, delay),
            features=[feature_quality(comparison, each) for each in asked],
        )

    def _compare(self, question: "DriftQuestion") -> tuple[Comparison, bool]:
        """Return the comparison, and whether no decision of it may turn out to be a repetition."""
        view, frozen = both(lambda: self.queries.view([DataType.DECISIONS]), self.baselines.in_force)
        current, before = question.current, question.before

        def statement(of_current: "Split", of_before: "Split") -> "Statement":
            return current_profile(question, of_current, of_before, sorted(map(stored_model, frozen)))

        ids = sorted(str(each.baseline_id) for each in frozen.values())
        asked = LakeQuery(
            statement=statement(times(current, view), times(before, view)),
            identity=statement(rolled_up(current), rolled_up(before)),
            apart=tuple(ids),
            depends_on=[dependency(DataType.DECISIONS, Interval(before.start, current.end))],
            form=_COMPARISON,
            parse=lambda rows: self._read(question, rows, frozen),
        )
        told, hit = self.queries.answer(asked, view)
        logger().info(
            "drift computed", tables=asked.statement.tables, cache_hit=hit, features=len(told.result.features)
        )
        return told.result, view.is_reconciled(asked.depends_on)

    def _read(
        self, question: "DriftQuestion", rows: Sequence[Mapping[str, Any]], frozen: Mapping[str, Baseline]
    ) -> Comparison:
        found = read_profiles(rows)
        baseline = frozen.get(found.model_version or question.model_version or "")
        if baseline is None:
            return compare(found, _preceding(question, found), found.before, question.current.start.date())
        return compare(found, baseline, self.baselines.profile(baseline), question.current.start.date())

    def _label_delay(self, question: "DriftQuestion", model_version: str | None) -> MedianDelay | None:
        whole = question.current
        statement = label_delays(whole, model_version)
        asked = LakeQuery(
            statement=statement,
            identity=statement,
            depends_on=[dependency(DataType.DECISIONS, whole), dependency(DataType.LABELS, whole)],
            form=_DELAYS,
            parse=read_delays,
        )
        told, _ = self.queries.answer(asked, self.queries.view([DataType.DECISIONS, DataType.LABELS]))
        observed = observed_at(told.result, question.as_of or self.clock())
        horizon = timedelta(days=self.parameters().maturity_horizon_days)
        return median_delay(observed, horizon.total_seconds())

    def _freshness(self) -> "Freshness":
        return self.arrivals.freshness((DataType.DECISIONS,), self.clock())[DataType.DECISIONS]


def _preceding(question: "DriftQuestion", found: Profiles) -> Baseline:
    return Baseline(
        source=BaselineSource.PRECEDING,
        model_version=found.model_version or question.model_version,
        start=question.before.start,
        end=question.before.end,
    )


def _judged(question: "DriftQuestion", comparison: Comparison, fresh: "Freshness", *, is_final: bool) -> dict[str, Any]:
    return {
        "start_date": question.start,
        "end_date": question.end,
        "model_version": comparison.model_version,
        "decisions": comparison.decisions,
        "baseline": baseline_model(comparison.baseline),
        "data_freshness": _watermark(fresh),
        "provisional": fresh.is_provisional(question.start, question.end) or not is_final,
    }


def _watermark(fresh: "Freshness") -> datetime:
    return fresh.watermark or NOTHING_DELIVERED
