"""Creates scenarios, after checks that need the clock or the data of the window."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from shared.ingestion.ids import truncate_to_milliseconds
from shared.replay.ids import new_id
from shared.replay.overrides import features_of, unknown_features
from shared.replay.records import StoredScenario
from shared.runtime.errors import FieldError, InvalidRequest
from shared.runtime.models import rfc3339

if TYPE_CHECKING:
    from shared.replay.known_features import KnownFeatures
    from shared.replay.scenario_models import ReplayScenarioRequest
    from shared.replay.store import ReplayStore
    from shared.runtime.models import Clock

_MOST_LISTED = 100


@dataclass(frozen=True, kw_only=True)
class ReplayScenarios:
    """Creates scenarios that can run."""

    store: "ReplayStore"
    features: "KnownFeatures"
    clock: "Clock"

    def create(self, request: "ReplayScenarioRequest", by: str) -> StoredScenario:
        """Store a scenario.

        Raises:
            InvalidRequest: times are in the future, or the overrides use features that no decision of the window has;
                all wrong fields are named.
        """
        now = truncate_to_milliseconds(self.clock())
        wrong = list(_in_future(request, now))
        if not wrong:
            wrong += self._unknown_features(request)
        if wrong:
            raise InvalidRequest("The scenario is invalid", field_errors=wrong)
        made = StoredScenario(
            scenario_id=new_id(now), request=request, created_at=now, created_by=by, as_of=request.as_of
        )
        self.store.add(made)
        return made

    def _unknown_features(self, request: "ReplayScenarioRequest") -> Iterator[FieldError]:
        if not features_of(request.overrides):
            return
        known = self.features.of(request.time_window.start, request.time_window.end)
        for path, name in unknown_features(request.overrides, known):
            yield FieldError(path, _unknown(known), name)


def _in_future(request: "ReplayScenarioRequest", now: datetime) -> Iterator[FieldError]:
    moments = {
        "timeWindow.start": request.time_window.start,
        "timeWindow.end": request.time_window.end,
        "asOf": request.as_of,
    }
    for field, moment in moments.items():
        if moment is not None and moment > now:
            yield FieldError(field, "must not be in the future", rfc3339(moment))


def _unknown(known: frozenset[str]) -> str:
    if not known:
        return "is unknown: no decision of the window has features"
    listed = sorted(known)[:_MOST_LISTED]
    more = f" and {len(known) - len(listed)} more" if len(known) > len(listed) else ""
    return f"is unknown: no decision of the window has it; expected any of {', '.join(listed)}{more}"
