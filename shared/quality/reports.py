"""Quality reports from the counts of the hours in a range."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

from shared.quality.models import DailyScore, DataQualityReportsResponse
from shared.quality.question import QualityQuestion
from shared.quality.report import ReportSubject, report
from shared.quality.rules import Requirements, overall_score, score_to_json
from shared.quality.state import QualityCounts, total
from shared.quality.store import HourlyQuality, QualityStates
from shared.quality.trend import trend
from shared.records.schema import DataType
from shared.runtime.paging import Slice, Window, paginate

if TYPE_CHECKING:
    from shared.runtime.models import Clock

_AT_ONCE = 8


@dataclass(frozen=True)
class _Subject:
    """What a report is about, and the hours that it counts; by its properties reports are sorted."""

    source_id: str
    data_type: DataType
    hours: Sequence[HourlyQuality]

    @cached_property
    def counts(self) -> QualityCounts:
        return total(each.state for each in self.hours)

    @property
    def quality_score(self) -> Fraction:
        return overall_score(self.counts)

    @property
    def rows(self) -> int:
        return self.counts.rows


@dataclass(frozen=True, kw_only=True)
class QualityReports:
    """Computes quality reports."""

    states: QualityStates
    source_ids: Callable[[], Iterable[str]]
    requirements_of: Callable[[str, DataType], Requirements]
    clock: "Clock"

    def report(self, question: QualityQuestion) -> DataQualityReportsResponse:
        """Return a report for each source and data type, with the overall score and trend."""
        found = self._find(question)
        daily = _daily(found)
        by_subject: defaultdict[tuple[str, DataType], list[HourlyQuality]] = defaultdict(list)
        for each in found:
            by_subject[each.source_id, each.data_type].append(each)
        shown = _page([_Subject(*subject, received) for subject, received in by_subject.items()], question)
        return DataQualityReportsResponse(
            reports=[
                report(
                    ReportSubject(
                        source_id=each.source_id, data_type=each.data_type, start=question.start, end=question.end
                    ),
                    each.counts,
                    minimum=self.requirements_of(each.source_id, each.data_type).minimum,
                    at=self.clock(),
                )
                for each in shown.items
            ],
            totalElements=shown.total if question.size else None,
            totalPages=shown.page()["totalPages"] if question.size else None,
            overall_score=_overall_score(found),
            trend=trend({day: float(overall_score(counts)) for day, counts in daily.items()}),
            daily=[
                DailyScore(day=day, overall_score=score_to_json(overall_score(counts)), rows=counts.rows)
                for day, counts in sorted(daily.items())
            ],
        )

    def _find(self, question: QualityQuestion) -> list[HourlyQuality]:
        sources = [question.source_id] if question.source_id is not None else sorted(self.source_ids())
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            pages = pool.map(lambda each: list(self.states.find(each, question.start, question.end)), sources)
            found = [each for page in pages for each in page]
        return [each for each in found if question.data_type in {None, each.data_type}]


def _overall_score(found: Sequence[HourlyQuality]) -> float | None:
    """Return the score of all rows; None if nothing was delivered."""
    state = total(each.state for each in found)
    return score_to_json(overall_score(state)) if state.rows else None


def _page(subjects: Sequence[_Subject], question: QualityQuestion) -> Slice[_Subject]:
    window = Window.of_page(question.page, question.size or len(subjects) or 1)
    return paginate(subjects, window, arrival=lambda each: (each.source_id, each.data_type), order=question.sort)


def _daily(found: Sequence[HourlyQuality]) -> dict[date, QualityCounts]:
    by_day: defaultdict[str, list[HourlyQuality]] = defaultdict(list)
    for each in found:
        by_day[each.day].append(each)
    return {date.fromisoformat(day): total(each.state for each in received) for day, received in by_day.items()}
