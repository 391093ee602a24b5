"""Promotes a variant: gates first, then experiment and policy change in one transaction."""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from shared.experiments.gates import OVERRIDABLE, failed, gates
from shared.experiments.impact import estimate, realised
from shared.experiments.promotion_models import Promotion, PromotionOverride, RealisedImpact
from shared.experiments.vocabulary import ExperimentStatus, Move
from shared.fraud.lake_reader import Part
from shared.fraud.question import FraudQuestion
from shared.fraud.steps import Span
from shared.policies.events import POLICY_CHANGED
from shared.policies.models import DecisionPolicy, HeldBack
from shared.runtime.dynamodb import ConditionNotMet, transact
from shared.runtime.errors import FieldError, Forbidden, InvalidRequest, PromotionGatesFailed, Unavailable
from shared.runtime.retries import retry

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

    from shared.decisions.configuration import FraudParameters
    from shared.events.bus import PlatformEvents
    from shared.experiments.changes import ExperimentChanges
    from shared.experiments.findings import Findings
    from shared.experiments.models import StoredExperiment
    from shared.experiments.promotion_models import PromotionRequest
    from shared.experiments.reports import ExperimentReports
    from shared.experiments.result_models import PromotionGate
    from shared.experiments.store import ExperimentStore
    from shared.fraud.lake_reader import DecisionReader
    from shared.policies.store import DecisionPolicies

_TRIES = 8
_MONTH = timedelta(days=30)


@dataclass(frozen=True)
class Promoter:
    """Who promotes; only an administrator may override gates."""

    subject: str
    is_administrator: bool


@dataclass(frozen=True, kw_only=True)
class Promotions:
    """Makes promotions, and reports what they saved."""

    dynamodb: "DynamoDBClient"
    store: "ExperimentStore"
    changes: "ExperimentChanges"
    reports: "ExperimentReports"
    policies: "DecisionPolicies"
    decisions: "DecisionReader"
    events: "PlatformEvents"

    def promote(
        self, experiment_id: str, request: "PromotionRequest", by: Promoter
    ) -> tuple["StoredExperiment", "StoredExperiment", Promotion]:
        """Make a variant the policy; return the experiment as it was and as it is, and the promotion.

        A running experiment is completed first. If gates fail, nothing changes. Of several promotions at once the
        first one is made; so it is if another change comes between, after another look.

        Raises:
            InvalidRequest: the request is not confirmed, or has other mistakes.
            NotFound: the experiment does not exist.
            Forbidden: the caller may not override gates.
            Conflict: the state of the experiment does not allow it.
            PromotionGatesFailed: a gate is not passed, and not overridden.
        """
        _check(request)
        for _ in retry(_TRIES):
            current = self.store.get(experiment_id)
            completed = self._completed(current, by)
            _check_override(request, current, by)
            promoted, promotion, policy = self._prepare(completed, request, by)
            promoted = promoted.model_copy(update={"version": current.version + 1})
            try:
                transact(self.dynamodb, [self.store.write(promoted), self.policies.write(policy)])
            except ConditionNotMet:
                continue
            self.events.try_publish(POLICY_CHANGED, _event(policy))  # engines that poll find it anyway
            return current, promoted, promotion
        raise Unavailable("Others are changing the same experiment or the policy; retry later", retry_after=1)

    def realised(self, experiment: "StoredExperiment") -> RealisedImpact | None:
        """Return what a promotion saved so far; None without one, or without decisions that tell."""
        promotion = experiment.promotion
        if promotion is None:
            return None
        window = experiment.model_copy(
            update={"start_date": promotion.promoted_at, "end_date": None, "completed_at": None}
        )
        answer = self.reports.find(window, self.reports.parameters()).answer
        return realised(answer, promotion.variant_id, experiment.control.id, promotion.promoted_at)

    def _completed(self, current: "StoredExperiment", by: Promoter) -> "StoredExperiment":
        if current.status is ExperimentStatus.RUNNING:
            return self.changes.moved(current, Move.COMPLETE, by.subject)
        self.changes.moved(current, Move.PROMOTE, by.subject)  # refuses other states before anything is computed
        return current

    def _prepare(
        self, completed: "StoredExperiment", request: "PromotionRequest", by: Promoter
    ) -> tuple["StoredExperiment", Promotion, DecisionPolicy]:
        parameters = self.reports.parameters()
        findings = self.reports.find(completed, parameters)
        found = gates(findings, request.variant_id)
        override = _override(found, request, by)
        promoted = self.changes.moved(completed, Move.PROMOTE, by.subject)
        policy = self._policy(promoted, request, by)
        promotion = Promotion(
            variant_id=request.variant_id,
            promoted_at=promoted.updated_at,
            promoted_by=by.subject,
            hold_back=request.hold_back,
            policy_version=policy.version,
            gates=found,
            override=override,
            results=self.reports.presented(findings, parameters),
            impact_estimate=estimate(
                findings,
                request.variant_id,
                monthly=self._monthly(findings, parameters),
                hold_back=request.hold_back,
            ),
        )
        return promoted.model_copy(update={"promotion": promotion}), promotion, policy

    def _policy(self, promoted: "StoredExperiment", request: "PromotionRequest", by: Promoter) -> DecisionPolicy:
        variant, control = promoted.find_variant(request.variant_id), promoted.control
        held_back = HeldBack(share=request.hold_back, variant_id=control.id, configuration=control.configuration)
        return DecisionPolicy(
            version=self.policies.get().version + 1,
            configuration=variant.configuration if variant else {},
            experiment_id=promoted.id,
            variant_id=request.variant_id,
            held_back=held_back if request.hold_back else None,
            in_force_since=promoted.updated_at,
            promoted_by=by.subject,
        )

    def _monthly(self, findings: "Findings", parameters: "FraudParameters") -> int:
        """Return the number of all decisions in the 30 days before the time of the findings."""
        as_of = findings.answer.as_of
        question = FraudQuestion(
            span=Span(as_of - _MONTH, as_of),
            as_of=as_of,
            is_current=True,
            horizon=timedelta(days=parameters.maturity_horizon_days),
        )
        answer = self.decisions.answer(question, [Part.COUNTS], self.decisions.view())
        return answer.total().decisions


def _event(policy: DecisionPolicy) -> dict[str, Any]:
    return {"version": policy.version, "experiment_id": policy.experiment_id, "variant_id": policy.variant_id}


def _check(request: "PromotionRequest") -> None:
    mistakes = list(request.mistakes)
    if not mistakes and not request.confirmation:
        mistakes = [FieldError("/confirmation", "must be true", rejected_value=False)]
    if mistakes:
        raise InvalidRequest("Request validation failed", field_errors=mistakes)


def _check_override(request: "PromotionRequest", experiment: "StoredExperiment", by: Promoter) -> None:
    if request.override is None:
        return
    if not by.is_administrator:
        raise Forbidden("Only an administrator may override gates: the scope admin is required")
    if by.subject == experiment.created_by:
        raise Forbidden("Another user than the one who created the experiment must override its gates")


def _override(found: "list[PromotionGate]", request: "PromotionRequest", by: Promoter) -> PromotionOverride | None:
    """Return which gates are overridden; None if all are passed.

    Raises:
        PromotionGatesFailed: a gate is not passed, and is not overridden or cannot be.
    """
    missed = failed(found)
    if not missed:
        return None
    if request.override is None or not set(missed) <= set(OVERRIDABLE):
        raise PromotionGatesFailed(
            f"Gates of promotion are not passed: {', '.join(missed)}",
            details={"gates": [each.model_dump(mode="json", by_alias=True) for each in found]},
        )
    return PromotionOverride(reason=request.override.reason, by=by.subject, gates=missed)
