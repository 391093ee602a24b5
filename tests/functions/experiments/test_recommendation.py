"""What results recommend, on both sides of each bound."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.app.wiring import Wiring
from shared.runtime.models import rfc3339
from tests.fakes.clock import Clock
from tests.functions.experiments.conftest import User
from tests.functions.experiments.scripted import Arms, ScriptedReader

CONTROL = Arms(units=5000, approved=4000)
ALIKE = Arms(units=5000, approved=4020)
BETTER = Arms(units=5000, approved=4300)


@pytest.fixture
def reader(served: Wiring) -> ScriptedReader:
    """What the lake answers; the variants are alike until a test says otherwise."""
    made: Any = ScriptedReader({"control": CONTROL, "treatment": ALIKE})
    served.experiment_reports = replace(served.experiment_reports, reader=made)
    scripted: ScriptedReader = made
    return scripted


def results(user: User, clock: Clock, *, days: int = 4) -> tuple[str, list[str]]:
    """The recommendation about an experiment that has run for some days, and its reasons."""
    start = rfc3339(clock() - timedelta(days=days))
    made = user.started(startDate=start, guardrails=[{"metric": "fraudRate", "maximumHarm": 0.01}])
    found = user.ask("GET", f"/{made['id']}").body["results"]
    return found["recommendation"], found["reasons"]


@pytest.mark.usefixtures("reader")
def test_variants_that_are_alike_go_on(ann: User, clock: Clock) -> None:
    assert results(ann, clock)[0] == "continue"


def test_a_variant_that_passes_every_gate_is_shipped(reader: ScriptedReader, ann: User, clock: Clock) -> None:
    reader.arms = {"control": CONTROL, "treatment": BETTER}

    assert results(ann, clock) == ("ship", ["treatment: passes all gates of promotion"])


def test_a_better_variant_that_has_not_run_long_enough_is_reviewed(
    reader: ScriptedReader, ann: User, clock: Clock
) -> None:
    reader.arms = {"control": CONTROL, "treatment": BETTER}

    recommendation, reasons = results(ann, clock, days=2)

    assert recommendation == "review"
    assert reasons == ["treatment: approvalRate is conclusively better, but gates are not passed: duration"]


@pytest.mark.parametrize(("unverified", "expected"), [(97, "continue"), (99, "review")])
def test_unequal_shares_of_labels_among_flagged_decisions_are_reviewed(
    reader: ScriptedReader, ann: User, clock: Clock, unverified: int, expected: str
) -> None:
    reader.arms = {"control": CONTROL, "treatment": replace(ALIKE, unverified=unverified)}  # of 980 flagged

    assert results(ann, clock)[0] == expected


def test_a_worse_variant_is_rolled_back(reader: ScriptedReader, ann: User, clock: Clock) -> None:
    reader.arms = {"control": CONTROL, "treatment": Arms(units=5000, approved=3700)}

    assert results(ann, clock) == (
        "rollback",
        ["treatment: approvalRate is conclusively worse than that of the control"],
    )


def test_a_better_variant_that_breaks_a_guardrail_is_rolled_back(
    reader: ScriptedReader, ann: User, clock: Clock
) -> None:
    reader.arms = {"control": CONTROL, "treatment": replace(BETTER, missed=500)}

    assert results(ann, clock) == ("rollback", ["treatment: fraudRate is worse by more than 0.01"])


def test_units_in_other_shares_than_the_allocations_are_unhealthy_whatever_they_say(
    reader: ScriptedReader, ann: User, clock: Clock
) -> None:
    reader.arms = {"control": CONTROL, "treatment": replace(BETTER, units=6000)}

    assert results(ann, clock)[0] == "unhealthy"


@pytest.mark.parametrize(("crossed", "expected"), [(101, "ship"), (102, "unhealthy")])
def test_more_than_a_hundredth_of_units_in_several_variants_is_unhealthy(
    reader: ScriptedReader, ann: User, clock: Clock, crossed: int, expected: str
) -> None:
    reader.arms = {"control": CONTROL, "treatment": BETTER}
    reader.crossed = crossed

    assert results(ann, clock)[0] == expected
