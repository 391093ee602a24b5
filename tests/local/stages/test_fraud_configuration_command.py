"""`fraud-configuration`: values shown and changed from the command line, on record like changes through the API."""

import json
from collections.abc import Mapping
from typing import Any

import boto3
import pytest
from typer.testing import CliRunner, Result

from infra.local.cli import app
from shared.app.wiring import Wiring
from shared.audit.entry import parse
from shared.audit.trail import Asked
from shared.runtime.paging import Window
from tests.fakes.stacks import Stacks


@pytest.fixture(autouse=True)
def _stage_values(stage: str, stacks: Stacks) -> None:
    stacks.outputs[f"tally-{stage}-data"]["FraudConfiguration"] = '{"maturityHorizonDays": 60}'


def run(*words: str) -> Result:
    """Run a command of `fraud-configuration`."""
    return CliRunner().invoke(app, ["fraud-configuration", *words, "--stage", "dev"])


def table(answer: Result) -> dict[str, str]:
    """The names and values that a command prints."""
    assert answer.exit_code == 0, answer.output
    return {words[0]: words[1] for words in map(str.split, answer.stdout.splitlines()[1:]) if len(words) == 2}


def on_record(wired: Wiring) -> list[Mapping[str, Any]]:
    """The entries of the audit log."""
    return [parse(entry.body) for entry in wired.audit_trail.find(Asked(), Window(0, 100)).items]


def test_the_values_of_the_stage_are_shown_until_they_are_changed() -> None:
    answer = run("show")

    assert table(answer)["maturityHorizonDays"] == "60"
    assert table(answer)["costParameters.lostShare.review"] == "0.1"
    assert table(answer)["slos.merge.freshnessSeconds"] == "900"
    assert answer.stdout.splitlines()[-1] == "These are the values of the stage; nobody has changed them."


def test_single_values_are_changed_and_the_others_stay() -> None:
    answer = run(
        "set", "costParameters.marginRate=0.25", "slos.merge.freshnessSeconds=600", "slos.merge.completeness=1"
    )

    assert table(answer)["maturityHorizonDays"] == "60"
    assert table(answer)["costParameters.marginRate"] == "0.25"
    assert table(answer)["slos.merge.freshnessSeconds"] == "600"
    assert answer.stdout.splitlines()[-1].startswith("Version 1, set by arn:aws:")
    assert json.loads(run("show", "--json").stdout)["version"] == 1


def test_a_change_is_audited_with_actor_and_both_states(wired: Wiring) -> None:
    run("set", "maturityHorizonDays=30")

    [entry] = on_record(wired)
    assert (entry["action"], entry["resource"]) == ("fraud-configuration set", "fraud_configuration")
    assert entry["user_id"] == entry["after"]["updatedBy"] == boto3.client("sts").get_caller_identity()["Arn"]
    assert [entry[state]["maturityHorizonDays"] for state in ("before", "after")] == [60, 30]
    assert [entry[state]["version"] for state in ("before", "after")] == [0, 1]


def test_every_mistake_is_named_and_nothing_is_changed(wired: Wiring) -> None:
    answer = run(
        "set", "maturityHorizonDays=0", "margin=0.2", "costParameters.marginRate", "slos.merge.lag=1", "slos.merge="
    )

    assert answer.exit_code == 1
    assert answer.stderr.splitlines() == [
        "Nothing was changed.",
        "  costParameters.marginRate must be followed by = and a number",
        "  slos.merge must be followed by = and a number",
        "  maturityHorizonDays must be at least 1",
        "  slos.merge.lag is unknown; remove it",
        "  margin is unknown; remove it",
    ]
    assert json.loads(run("show", "--json").stdout)["version"] == 0
    assert on_record(wired) == []


@pytest.mark.parametrize(
    ("assignment", "message"),
    [
        ("maturityHorizonDays.x=3", "maturityHorizonDays must be a whole number"),
        ("costParameters=3", "costParameters must be an object"),
        ("slos..x=3", "slos. is unknown; remove it"),
        ("costParameters.marginRate=NaN", "costParameters.marginRate must be followed by = and a number"),
    ],
)
def test_a_malformed_change_is_refused(assignment: str, message: str) -> None:
    answer = run("set", assignment)

    assert (answer.exit_code, answer.stderr.splitlines()[1:]) == (1, [f"  {message}"])
