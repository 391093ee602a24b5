"""What follows a failure: the run is failed, with a reason that its user can act on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from shared.replay.states import ReplayStatus

if TYPE_CHECKING:
    from shared.replay.records import StoredRun
    from shared.replay.store import ReplayStore

_UNAVAILABLE = "Unavailable"
_AGAIN = "Run the scenario again: slices that are finished are kept."


@dataclass(frozen=True, kw_only=True)
class ReplayFailures:
    """Ends runs that a step has failed for good."""

    store: "ReplayStore"

    def fail(self, scenario_id: str, run_id: str, failure: Mapping[str, Any]) -> bool:
        """Fail a run by the error of a step, as Step Functions reports it; return whether it was under way."""
        run = self.store.run(scenario_id, run_id)
        reason = f"{_what_failed(run)}: {_why(failure)}. {_AGAIN}"
        return self.store.end(run, ReplayStatus.FAILED, error=reason)


def _what_failed(run: "StoredRun") -> str:
    if run.total is None:
        return "The decisions of the window could not be read"
    if run.processed < run.total:
        return "A slice of the decisions could not be replayed"
    return "The slices could not be added up"


def _why(failure: Mapping[str, Any]) -> str:
    """Return a reason; what an unexpected error says is for the log alone."""
    if failure.get("Error") == "States.Timeout":
        return "it took too long"
    try:
        cause = orjson.loads(failure.get("Cause") or "{}")
    except orjson.JSONDecodeError:
        cause = {}
    if isinstance(cause, Mapping) and cause.get("errorType") == _UNAVAILABLE:
        return "a service that it needs did not respond"
    return "an unexpected error occurred, whose details are in the log of the workflow"
