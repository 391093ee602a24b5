"""The README's commands do what it says, run as they stand there against a platform of our own."""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator

import orjson
import pytest

from infra.local.layout import PROJECT
from tests.local.conftest import RunningPlatform
from tests.local.end_to_end.client import Client, counted

README = (PROJECT / "README.md").read_text()


def blocks(language: str) -> Iterator[str]:
    """The README's fenced blocks in a language, in order."""
    return (found[1] for found in re.finditer(rf"^```{language}\n(.*?)^```$", README, re.DOTALL | re.MULTILINE))


def at(platform: RunningPlatform, text: str) -> str:
    """The same commands, sent to where this platform answers."""
    for command in ("token", "credentials"):
        text = text.replace(f"./tally {command}", f"{PROJECT}/tally {command} --directory {platform.layout.directory}")
    return text.replace("http://127.0.0.1:8090", platform.ports.url("front"))


def run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)  # noqa: S603 # the README's own
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def answers(platform: RunningPlatform) -> list[dict[str, object]]:
    """What the five commands answer, one after the other, as a reader runs them."""
    found = []
    token, *commands = blocks("bash")
    for command in commands:
        found.append(orjson.loads(run("bash", "-c", at(platform, token + command))))
        platform.settle(quiet=0.5)
    return found


def test_there_are_five_things_to_try_and_five_steps_of_a_repair_and_a_file_to_upload(
    answers: list[dict[str, object]],
) -> None:
    assert [answer["success"] for answer in answers] == [True] * 4 + [False] * 2 + [True] * 5


def test_what_was_rejected_is_repaired_as_the_readme_shows(answers: list[dict[str, object]]) -> None:
    refused, dry, real, ledger = (answers[number] for number in (5, 7, 8, 9))

    assert isinstance(refused["error"], dict)
    assert refused["error"]["code"] == "INSUFFICIENT_DATA_QUALITY"
    for told in (dry["data"], real["data"]):
        assert isinstance(told, dict)
        assert (told["accepted"], told["rejected"], told["reasons"]) == (2, 1, {"type": 1})
    assert isinstance(ledger["data"], dict)
    counted = {name: ledger["data"]["totals"][name] for name in ("received", "loaded", "quarantined", "in_flight")}
    assert counted == {"received": 3, "loaded": 2, "quarantined": 1, "in_flight": 0}


def test_the_file_is_loaded_as_the_readme_says(answers: list[dict[str, object]], client: Client) -> None:
    told = answers[10]["data"]

    assert isinstance(told, dict)
    assert counted(client.outcome(told["batch_id"])["outcome"]) == {"loaded": 2}


def test_the_batch_with_one_bad_row_is_answered_as_the_readme_shows(answers: list[dict[str, object]]) -> None:
    told = answers[0]["data"]

    assert isinstance(told, dict)
    assert told["records_received"] == 6
    assert [(error["row"], error["field"]) for error in told["errors"]] == [(5, "/quantity"), (5, "/unit_price")]


def test_revenue_is_what_the_readme_shows(answers: list[dict[str, object]]) -> None:
    told = answers[1]["data"]

    assert isinstance(told, dict)
    assert [point["value"] for point in told["data"]] == [19.8, 9.9, 0]
    assert told["summary"]["total"] == 29.7


def test_average_order_value_is_what_the_readme_shows(answers: list[dict[str, object]]) -> None:
    told = answers[2]["data"]

    assert isinstance(told, dict)
    assert [point["value"] for point in told["data"]] == [9.9]
    assert told["comparison"] == {"previous_period": [], "variance": 9.9, "variance_percentage": None}


def test_every_mistake_is_told_at_once(answers: list[dict[str, object]]) -> None:
    error = answers[4]["error"]

    assert isinstance(error, dict)
    assert [each["field"] for each in error["field_errors"]] == ["metric_type", "time_range.start", "time_range.end"]


def test_a_producer_puts_a_record_as_the_readme_shows(platform: RunningPlatform) -> None:
    (credentials,), (script,) = blocks("sh"), blocks("python")

    run("bash", "-c", f"{at(platform, credentials)}{sys.executable} -c {shlex.quote(script)}")
    platform.settle()

    sources = platform.client("dynamodb").query(
        TableName=platform.outputs.every["SourcesTableName"],
        KeyConditionExpression="source_id = :source",
        ExpressionAttributeValues={":source": {"S": "readme-till"}},
    )["Items"]
    assert [source["loaded"]["N"] for source in sources] == ["1"]
