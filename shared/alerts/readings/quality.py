"""Quality scores, from the reports of `/data-quality/reports`."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from shared.alerts.readings.answers import Answers
from shared.alerts.vocabulary import MOST_GROUPS
from shared.alerts.windows import Window
from shared.quality.question import QualityQuestion
from shared.records.schema import DataType

if TYPE_CHECKING:
    from shared.quality.reports import QualityReports

Scores = Mapping[Window, float | None]


@dataclass(frozen=True, kw_only=True)
class QualityReader:
    """Reads overall scores of the rows received in windows of whole hours."""

    reports: "QualityReports"
    answers: Answers = field(default_factory=Answers)

    def values(
        self,
        source_id: str | None,
        data_type: str | None,
        windows: Iterable[Window],
        group_by: str | None,
        groups: Collection[str] = (),
    ) -> Mapping[str | None, Scores]:
        """Return the score of each window by source or data type, or under None of all; None without deliveries.

        Of more than 50 sources the first by name are returned, and those that are named in `groups`.
        """
        asked = list(windows)
        kind = None if data_type is None else DataType(data_type)
        if group_by == "source_id":
            sources = dict.fromkeys([*self._sources()[:MOST_GROUPS], *groups])
            return {each: self._scores(each, kind, asked) for each in sources}
        if group_by == "data_type":
            return {str(each): self._scores(source_id, each, asked) for each in DataType}
        return {None: self._scores(source_id, kind, asked)}

    def _sources(self) -> list[str]:
        return self.answers.once("sources", lambda: sorted(self.reports.source_ids()))

    def _scores(self, source_id: str | None, data_type: DataType | None, windows: Iterable[Window]) -> Scores:
        return {each: self._score(source_id, data_type, each) for each in windows}

    def _score(self, source_id: str | None, data_type: DataType | None, window: Window) -> float | None:
        question = QualityQuestion(start=window.start, end=window.end, source_id=source_id, data_type=data_type)
        return self.answers.once(question, lambda: self.reports.report(question)).overall_score
