"""`audit verify` against AWS: sentences, and an exit code for each of three ends."""

import json
import socket
from pathlib import Path

import boto3
import pytest
from typer.testing import CliRunner, Result

from infra.local.cli import app
from shared.app.wiring import Wiring
from shared.audit.trail import AUDIT_TABLE, AuditTrail
from tests.fakes.audit import change
from tests.fakes.audit_tampering import CHAIN, AuditTampering
from tests.fakes.moto_platforms import MotoPlatforms
from tests.fakes.stacks import Stacks


def verify(*options: str) -> Result:
    """Run the command."""
    return CliRunner().invoke(app, ["audit", "verify", *options])


@pytest.fixture
def written(wired: Wiring, stage: str) -> str:
    """A stage whose audit log has five entries in one chain and one in each of two others."""
    chains = iter([*[CHAIN] * 5, "chain-00", "chain-15"])
    table = wired.settings.name_of(AUDIT_TABLE)
    trail = AuditTrail(boto3.client("dynamodb"), table, wired.clock, choose=lambda: next(chains))
    for number in range(7):
        trail.record(change(number))
    wired.anchors.add(wired.audit_trail.heads())
    return stage


@pytest.fixture
def tampering(wired: Wiring) -> AuditTampering:
    """An attacker who may write the table."""
    return AuditTampering(wired.settings.name_of(AUDIT_TABLE))


def test_an_intact_log_reports_the_verified_entries_of_each_chain(written: str) -> None:
    answer = verify("--stage", written)

    assert answer.exit_code == 0, answer.output
    lines = [line.split() for line in answer.output.splitlines()]
    assert lines[:3] == [["Chain", "Entries", "Verified"], ["chain-00", "1", "1"], ["chain-01", "0", "0"]]
    assert lines[4] == ["chain-03", "5", "5"]
    assert answer.output.splitlines()[-1] == "7 entries in 16 chains: no sign of tampering."
    assert len(lines) == 18


def test_the_json_result_is_one_document(written: str, tampering: AuditTampering) -> None:
    tampering.delete("000000000005")

    answer = verify("--stage", written, "--json")

    document = json.loads(answer.stdout)
    assert (answer.exit_code, document["intact"], len(document["chains"])) == (1, False, 16)
    assert document["chains"][3] == {
        "chain": "chain-03",
        "entries": 4,
        "verified": 4,
        "findings": [{"sequence": 5, "tampering": "cut_off"}],
    }


def test_each_finding_is_a_sentence_below_the_table_and_exits_with_1(
    written: str, wired: Wiring, tampering: AuditTampering
) -> None:
    stored = {item["sequence"]: item for item in wired.audit_trail.entries(CHAIN)}
    tampering.put_malformed(**stored["000000000002"] | {"user_id": "eve"})
    for last in ("000000000004", "000000000005"):
        tampering.delete(last)

    answer = verify("--stage", written)

    assert answer.exit_code == 1
    lines = answer.output.splitlines()
    assert lines[4].split() == ["chain-03", "3", "2"]
    assert lines[17:19] == [
        "edited: in chain-03, entry 2 was changed after it was written",
        "cut off: in chain-03, entries from 4 on are missing",
    ]
    assert lines[-1] == "5 entries in 16 chains: 2 signs of tampering."


@pytest.mark.usefixtures("stacks")
def test_a_missing_stage_cannot_be_checked() -> None:
    answer = verify("--stage", "prod")

    assert answer.exit_code == 2
    assert answer.stderr.startswith("The audit log of prod could not be checked: ")
    assert "tally-prod-data" in answer.stderr


def test_a_stage_without_an_audit_log_cannot_be_checked(stacks: Stacks) -> None:
    stacks.outputs["tally-dev-data"] = {"LakeBucketName": "lake"}

    answer = verify("--stage", "dev")

    assert answer.exit_code == 2
    assert "has no output AuditTableName; deploy this version of the app first" in answer.stderr


def test_a_log_without_its_table_cannot_be_checked(written: str, wired: Wiring) -> None:
    boto3.client("dynamodb").delete_table(TableName=wired.settings.name_of(AUDIT_TABLE))

    answer = verify("--stage", written)

    assert answer.exit_code == 2
    assert answer.stdout == ""


def test_without_aws_the_log_cannot_be_checked(platforms: MotoPlatforms, monkeypatch: pytest.MonkeyPatch) -> None:
    assert platforms
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{deaf.getsockname()[1]}")
        monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")

        answer = verify("--stage", "dev")

    assert answer.exit_code == 2
    assert "Could not connect to the endpoint URL" in answer.stderr


def test_without_a_local_platform_the_log_cannot_be_checked(tmp_path: Path) -> None:
    answer = verify("--directory", str(tmp_path))

    assert answer.exit_code == 2
    assert "No platform is running" in answer.stderr


@pytest.mark.parametrize("command", [["audit", "--help"], ["audit", "verify", "--help"]])
def test_the_command_explains_itself(command: list[str]) -> None:
    answer = CliRunner().invoke(app, command)

    assert answer.exit_code == 0
    assert "audit log" in answer.output or "exit code" in answer.output
