"""Values of which only the present is known: the health of pipelines, and how long sources have been silent."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from shared.alerts.readings.answers import Answers
from shared.alerts.subjects import Kind, PipelineMeasure, Subject

if TYPE_CHECKING:
    from shared.pipelines.models import PipelineHealth
    from shared.pipelines.reports import PipelineReports
    from shared.sources.arrivals import SourceArrivals


@dataclass(frozen=True, kw_only=True)
class PresentReader:
    """Reads all pipelines, and all sources, with one question each."""

    pipelines: "PipelineReports"
    arrivals: "SourceArrivals"
    answers: Answers = field(default_factory=Answers)

    def value(self, subject: Subject, now: datetime) -> float | None:
        """Return a value; None if nothing was ever received."""
        if subject.kind is Kind.SILENCE:
            last = self._last_deliveries().get(subject.name)
            return None if last is None else max(0.0, (now - last).total_seconds())
        found = self._health()[subject.name]
        if subject.part == PipelineMeasure.COMPLETENESS:
            return found.completeness
        return None if found.freshness_seconds is None else float(found.freshness_seconds)

    def _health(self) -> "Mapping[str, PipelineHealth]":
        return self.answers.once(
            "pipelines", lambda: {each.pipeline_id: each for each in self.pipelines.report().pipelines}
        )

    def _last_deliveries(self) -> Mapping[str, datetime]:
        return self.answers.once("arrivals", self._read_arrivals)

    def _read_arrivals(self) -> Mapping[str, datetime]:
        last: dict[str, datetime] = {}
        for each in self.arrivals.by_channel():
            known = last.get(each.arrivals.source_id, each.arrivals.last)
            last[each.arrivals.source_id] = max(known, each.arrivals.last)
        return last
