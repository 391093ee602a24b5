"""The results of a run, from the totals of all its slices."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import orjson

from shared.fraud.counts import FLAGGED, Counts, Outcome, Truth
from shared.fraud.kpis import Facts, values
from shared.fraud.models import Kpis
from shared.fraud.presentation import maturity
from shared.replay.cells import COHORTS, MOST_VALUES, Cohorts
from shared.replay.counting import moved, recorded, replayed
from shared.replay.curve import cost_optimum, threshold_curve
from shared.replay.differences import differences
from shared.replay.models import (
    ReplayCohort,
    ReplayCohorts,
    ReplayResults,
    ReplayWarning,
    SwapSet,
    SwapSets,
)
from shared.replay.overrides import features_of
from shared.replay.plan import ReplayPlan
from shared.replay.tally import Tally
from shared.replay.totals import SliceTotals

LEAST_FIDELITY = 0.99
NO_VALUE = "(none)"
_UNHASHED: Any = {"run_id": True, "as_of": True, "checksum": True, "maturity": {"as_of": True, "complete_by": True}}
_APPROVED = (Outcome.APPROVE,)


def results(totals: SliceTotals, plan: ReplayPlan, run_id: str) -> ReplayResults:
    """Return the results of a run.

    Args:
        totals: of all slices.
        plan: of the run.
        run_id: id of the run; not in the checksum.

    Raises:
        DifferentPlans: the totals are of another plan.
    """
    totals = SliceTotals.nothing(plan) + totals
    curve = threshold_curve(totals, plan)
    found = ReplayResults(
        scenario_id=plan.scenario_id,
        run_id=run_id,
        decisions=totals.decisions,
        unscorable=totals.unscorable,
        fidelity=_fidelity(totals),
        policy=list(plan.policy),
        baseline=_kpis(recorded(totals.cells), plan),
        replayed=_kpis(replayed(totals.cells), plan),
        differences=differences(totals, plan),
        swap_sets=_swap_sets(totals.cells),
        by_cohort=ReplayCohorts(**{name: _cohorts(totals.cohorts[name], plan) for name in COHORTS}),
        threshold_curve=[each.point for each in curve],
        cost_optimum=cost_optimum(curve) if totals.decisions else None,
        maturity=maturity(_with_labels(totals), as_of=plan.as_of, horizon_days=plan.horizon_days),
        cost_parameters=plan.cost_parameters,
        currency=plan.currency,
        excluded_from_amounts=totals.excluded,
        as_of=plan.as_of,
        warnings=list(_warnings(totals, plan)),
        checksum="",
    )
    return found.model_copy(update={"checksum": checksum(found)})


def checksum(found: ReplayResults) -> str:
    """Return the SHA-256 of results without what differs between runs that find the same."""
    document = found.model_dump(mode="json", by_alias=True, exclude=_UNHASHED)
    return hashlib.sha256(orjson.dumps(document, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _fidelity(totals: SliceTotals) -> float | None:
    return totals.reproduced / totals.seen if totals.seen else None


def _kpis(counts: Counts, plan: ReplayPlan) -> Kpis:
    return Kpis(**values(Facts(counts, plan.cost_parameters, plan.seconds)))


def _with_labels(totals: SliceTotals) -> Counts:
    return replace(
        recorded(totals.cells),
        revised=totals.revised,
        after_horizon=totals.after_horizon,
        last_decided=totals.last_decided,
    )


def _swap_sets(cells: Tally) -> SwapSets:
    fraud, legitimate = (Truth.FRAUD,), (Truth.LEGITIMATE, Truth.PRESUMED)
    return SwapSets(
        newly_caught_fraud=_swapped(cells, _APPROVED, FLAGGED, fraud),
        newly_missed_fraud=_swapped(cells, FLAGGED, _APPROVED, fraud),
        newly_blocked_legitimate=_swapped(cells, _APPROVED, FLAGGED, legitimate),
        newly_released_legitimate=_swapped(cells, FLAGGED, _APPROVED, legitimate),
        newly_flagged_unknown=_swapped(cells, _APPROVED, FLAGGED, (Truth.PENDING,)),
        newly_released_unknown=_swapped(cells, FLAGGED, _APPROVED, (Truth.UNVERIFIED,)),
    )


def _swapped(cells: Tally, before: Sequence[Outcome], after: Sequence[Outcome], truths: Sequence[Truth]) -> SwapSet:
    found = moved(cells, before, after, truths)
    return SwapSet(count=found.decisions, amount=found.amount)


def _cohorts(cohorts: Cohorts, plan: ReplayPlan) -> list[ReplayCohort]:
    found = [_cohort(value, cohorts.cells.at(place), plan) for place, value in enumerate(cohorts.values)]
    return sorted(found, key=lambda each: (-each.decisions, each.name))


def _cohort(value: str | None, cells: Tally, plan: ReplayPlan) -> ReplayCohort:
    return ReplayCohort(
        name=NO_VALUE if value is None else value,
        decisions=int(cells.counts.sum()),
        baseline=_kpis(recorded(cells), plan),
        replayed=_kpis(replayed(cells), plan),
        swap_sets=_swap_sets(cells),
    )


def _warnings(totals: SliceTotals, plan: ReplayPlan) -> Iterator[ReplayWarning]:
    fidelity = _fidelity(totals)
    if fidelity is not None and fidelity < LEAST_FIDELITY:
        message = f"the policy reproduces only {fidelity:.4f} of the recorded outcomes; differences may be its own"
        yield ReplayWarning(code="low_fidelity", message=message)
    if totals.unscorable:
        message = f"{totals.unscorable} of {totals.seen} decisions lack a feature of the model and are left out"
        yield ReplayWarning(code="unscorable_decisions", message=message)
    counted = zip(features_of(plan.overrides), totals.present, strict=True)
    absent = [name for name, present in counted if not present]
    if absent and totals.seen:
        yield ReplayWarning(code="absent_features", message=f"no decision has the features {', '.join(absent)}")
    for dimension, cohorts in totals.cohorts.items():
        if cohorts.is_too_many:
            message = f"{dimension} has more than {MOST_VALUES} values, so there are no cohorts by it"
            yield ReplayWarning(code="too_many_values", message=message)
