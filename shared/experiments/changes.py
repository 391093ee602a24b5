"""Creates and changes experiments, and moves them from state to state."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from shared.experiments.checking import contradictions
from shared.experiments.models import Design, StoredExperiment, Transition
from shared.experiments.store import ExperimentChanged
from shared.experiments.vocabulary import METRICS, ExperimentStatus, Move, better_direction, target_of
from shared.fraud.kpis import KPIS
from shared.ingestion.ids import truncate_to_milliseconds
from shared.runtime.errors import Conflict, FieldError, InvalidRequest, NotFound, Unavailable
from shared.runtime.json_pointers import pointer
from shared.runtime.retries import retry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from shared.experiments.models import ExperimentChange, ExperimentRequest
    from shared.experiments.store import ExperimentStore
    from shared.runtime.models import Clock

_TRIES = 8
_ALWAYS = frozenset({"name", "description", "endDate"})
"""The fields that may change in every state."""
_UNCHANGEABLE = frozenset({"id", "status", "createdAt", "createdBy", "updatedAt"})
_BESIDE = _UNCHANGEABLE | {"version"}


@dataclass(frozen=True, kw_only=True)
class ExperimentChanges:
    """Makes the changes of experiments."""

    store: "ExperimentStore"
    clock: "Clock"

    def create(self, request: "ExperimentRequest", by: str) -> StoredExperiment:
        """Store a draft.

        Raises:
            InvalidRequest: it has mistakes; all are named.
            Conflict: another experiment has its id.
        """
        _refuse([*request.mistakes, *contradictions(request.given)])
        now = truncate_to_milliseconds(self.clock())
        design = {name: getattr(request, name) for name in Design.model_fields}
        made = StoredExperiment(
            **_with_direction(design),
            id=request.id or str(uuid4()),
            status=ExperimentStatus.DRAFT,
            created_at=now,
            updated_at=now,
            created_by=by,
            version=1,
            history=[Transition(status=ExperimentStatus.DRAFT, at=now, by=by)],
        )
        try:
            self.store.put(made)
        except ExperimentChanged:
            raise Conflict(f"There is an experiment with the id {made.id!r} already; choose another one") from None
        return made

    def change(
        self, experiment_id: str, request: "ExperimentChange", permit: "Callable[[StoredExperiment], None]"
    ) -> tuple[StoredExperiment, StoredExperiment]:
        """Replace fields of an experiment; return how it was and how it is.

        Args:
            experiment_id: the experiment.
            request: the fields to replace.
            permit: raises an error if the request is about another state of the experiment.

        Raises:
            InvalidRequest: the request has mistakes; all are named.
            NotFound: the experiment does not exist.
            Conflict: it has changed meanwhile, or it is not a draft any more and the field is fixed.
        """
        current = self.store.find(experiment_id)
        if current is None:
            _refuse([*request.mistakes, *contradictions(request.given)])
            raise NotFound("The experiment does not exist")
        document = current.document
        changes = {name: each for name, each in request.given.items() if name not in _BESIDE}
        wanted = {**document, **changes}
        _refuse([*request.mistakes, *contradictions(wanted), *_forbidden(document, request.given)])
        permit(current)
        changed = self._changed(current, wanted)
        _refuse_fixed(current, changed)
        try:
            self.store.put(changed)
        except ExperimentChanged:
            raise _stale() from None
        return current, changed

    def move(self, experiment_id: str, move: Move, by: str) -> tuple[StoredExperiment, StoredExperiment]:
        """Move an experiment to another state; return how it was and how it is.

        Raises:
            NotFound: it does not exist.
            Conflict: the move is not possible from its state.
        """
        for _ in retry(_TRIES):
            current = self.store.get(experiment_id)
            moved = self.moved(current, move, by)
            try:
                self.store.put(moved)
            except ExperimentChanged:
                continue
            return current, moved
        raise Unavailable("Others are changing the same experiment; retry later", retry_after=1)

    def moved(self, current: StoredExperiment, move: Move, by: str) -> StoredExperiment:
        """Return the successor of an experiment in another state, which is not stored yet.

        Raises:
            Conflict: the move is not possible.
        """
        target = target_of(current.status, move)
        now = self._now(current)
        changes: dict[str, Any] = {"status": target, "history": _history(current, target, now, by)}
        if move is Move.START and current.start_date is None:
            if current.end_date is not None and current.end_date <= now:
                raise Conflict("The endDate of the experiment is over; change it, or set a startDate before it")
            changes["start_date"] = now
        if move is Move.COMPLETE:
            changes["completed_at"] = now
        return current.model_copy(update={**changes, "version": current.version + 1, "updated_at": now})

    def _changed(self, current: StoredExperiment, wanted: Mapping[str, Any]) -> StoredExperiment:
        design = Design.model_validate(wanted)
        fields = {name: getattr(design, name) for name in Design.model_fields}
        changes = {"version": current.version + 1, "updated_at": self._now(current)}
        return current.model_copy(update={**_with_direction(fields), **changes})

    def _now(self, current: StoredExperiment) -> datetime:
        """Return the present time, but none before the last change, as clocks may differ."""
        return max(truncate_to_milliseconds(self.clock()), current.updated_at)


def _history(current: StoredExperiment, target: ExperimentStatus, at: datetime, by: str) -> list[Transition]:
    return [*current.history, Transition(status=target, at=at, by=by)]


def _with_direction(design: Mapping[str, Any]) -> dict[str, Any]:
    """Return a design with the direction in which its primary metric improves, unless it names one."""
    improves = better_direction(KPIS[METRICS[design["primary_metric"]]].better)
    return {**design, "primary_direction": design["primary_direction"] or improves}


def _forbidden(document: Mapping[str, Any], given: Mapping[str, Any]) -> "Iterator[FieldError]":
    for name in sorted(_UNCHANGEABLE & given.keys()):
        if given[name] != document[name]:
            yield FieldError(pointer(name), "cannot be changed; leave it out, or send it as it is", given[name])


def _refuse(mistakes: list[FieldError]) -> None:
    if mistakes:
        raise InvalidRequest("Request validation failed", field_errors=mistakes)


def _refuse_fixed(current: StoredExperiment, changed: StoredExperiment) -> None:
    if current.status is ExperimentStatus.DRAFT:
        return
    names = {field.alias or name: name for name, field in Design.model_fields.items()}
    fixed = [
        alias
        for alias, name in names.items()
        if alias not in _ALWAYS and getattr(current, name) != getattr(changed, name)
    ]
    if fixed:
        allowed = ", ".join(sorted(_ALWAYS))
        raise Conflict(
            f"Of a {current.status} experiment only {allowed} can be changed, not {', '.join(fixed)}",
            details={"status": current.status, "fields": fixed},
        )


def _stale() -> Conflict:
    return Conflict("The experiment was changed since it was read; read it and try again")
