"""The PSI of features, from the reports of `/analytics/drift`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from shared.alerts.readings.answers import Answers
from shared.alerts.windows import Window
from shared.drift.question import DriftQuestion

if TYPE_CHECKING:
    from shared.drift.models import DriftResponse
    from shared.drift.reports import DriftReports


@dataclass(frozen=True, kw_only=True)
class DriftReader:
    """Reads the drift of features; one question about all features of a window serves every rule."""

    reports: "DriftReports"
    answers: Answers = field(default_factory=Answers)

    def values(
        self, feature: str, model_version: str | None, windows: Iterable[Window]
    ) -> Mapping[Window, float | None]:
        """Return the PSI of a feature in each window; None if the decisions are too few, or do not have it."""
        return {each: self._psi(feature, model_version, each) for each in windows}

    def _psi(self, feature: str, model_version: str | None, window: Window) -> float | None:
        found = self._ask(model_version, window)
        named = (each for each in found.drift_metrics if each.feature_name == feature and not each.insufficient_data)
        return next((each.psi for each in named), None)

    def _ask(self, model_version: str | None, window: Window) -> "DriftResponse":
        question = DriftQuestion(start=window.start, end=window.end, model_version=model_version)
        return self.answers.once(question, lambda: self.reports.drift(question))
