"""The README's commands do what it says, run unchanged against a platform of the test."""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from infra.local.layout import PROJECT
from tests.functions.presets.exports import FILES
from tests.local.conftest import RunningPlatform
from tests.local.end_to_end.client import Client, counted
from tests.oracles.exports import shopify
from tests.oracles.exports.sheet import Books

README = (PROJECT / "README.md").read_text()


def blocks(language: str) -> Iterator[str]:
    """The README's fenced blocks in a language, in order."""
    return (found[1] for found in re.finditer(rf"^```{language}\n(.*?)^```$", README, re.DOTALL | re.MULTILINE))


def at(platform: RunningPlatform, text: str) -> str:
    """The same commands, sent to where this platform answers."""
    for command in ("token", "credentials", "import"):
        text = text.replace(f"./tally {command}", f"{PROJECT}/tally {command} --directory {platform.layout.directory}")
    return text.replace("http://127.0.0.1:8090", platform.ports.url("front"))


def run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, cwd=PROJECT)  # noqa: S603 # the README's own
    assert done.returncode == 0, done.stderr
    return done.stdout


class Answers:
    """The output of the README's commands, run one after the other."""

    def __init__(self, platform: RunningPlatform) -> None:
        self.of: dict[str, dict[str, Any]] = {}
        self.imported = ""
        token, *commands = blocks("bash")
        shown = run("bash", "-c", f"{at(platform, token)}declare -p TOKEN")
        for command in commands:
            printed = run("bash", "-c", shown + at(platform, command))
            if command.startswith("./tally import"):
                self.imported = printed
            else:
                self.of[command] = orjson.loads(printed)
            platform.settle(quiet=0.1)

    def to(self, *words: str) -> dict[str, Any]:
        """Return the answer to the only command that has all of these in it."""
        (answer,) = (answer for command, answer in self.of.items() if all(each in command for each in words))
        return answer

    def data_of(self, *words: str) -> dict[str, Any]:
        """Return the data of a successful response."""
        data: dict[str, Any] = self.to(*words)["data"]
        return data


@pytest.fixture(scope="module")
def answers(platform: RunningPlatform) -> Answers:
    """Run every command of the README once."""
    return Answers(platform)


def test_every_command_succeeds_except_the_two_that_show_refusals(answers: Answers) -> None:
    refused = [command for command, answer in answers.of.items() if not answer.get("success", "error" not in answer)]

    assert len(answers.of) > len(refused) == 2
    assert not answers.to("metric_type=profit")["success"]
    assert not answers.to("ingest/batch", "readme-old-till")["success"]


def test_rejected_rows_are_repaired_as_the_readme_shows(answers: Answers) -> None:
    redrives = [answer["data"] for command, answer in answers.of.items() if "quarantine/redrive" in command]
    ledger = answers.data_of("ingest/ledger")

    assert answers.to("ingest/batch", "readme-old-till")["error"]["code"] == "INSUFFICIENT_DATA_QUALITY"
    assert [each["dry_run"] for each in redrives] == [True, False]
    for redrive in redrives:
        assert (redrive["accepted"], redrive["rejected"], redrive["reasons"]) == (2, 1, {"type": 1})
    counted = {name: ledger["totals"][name] for name in ("received", "loaded", "quarantined", "in_flight")}
    assert counted == {"received": 3, "loaded": 2, "quarantined": 1, "in_flight": 0}


def test_the_file_is_loaded_as_the_readme_says(answers: Answers, client: Client) -> None:
    told = answers.data_of("ingest/uploads", "readme-files")

    assert counted(client.outcome(told["batch_id"])["outcome"]) == {"loaded": 2}


def test_the_export_of_a_shop_is_imported_and_its_revenue_shown(answers: Answers) -> None:
    sales = Books(list(shopify.from_csv((FILES / "shopify_orders_usd.csv").read_text("utf-8")))).of("USD")

    [month] = answers.data_of("metric_type=revenue", "granularity=monthly")["data"]

    assert answers.imported == "shopify_orders_usd.csv: completed, 19 loaded\n"
    assert month["value"] == float(sales.revenue) == 237.75
    assert month["additional_metrics"]["tax"] == float(sales.tax)
    assert f'"value":{month["value"]}' in README


def test_the_batch_with_one_bad_row_is_answered_as_the_readme_shows(answers: Answers) -> None:
    told = answers.data_of("ingest/batch", "readme-shop")

    assert told["records_received"] == 6
    assert [(error["row"], error["field"]) for error in told["errors"]] == [(5, "/quantity"), (5, "/unit_price")]


def test_revenue_is_what_the_readme_shows(answers: Answers) -> None:
    told = answers.data_of("metric_type=revenue", "2024-05-01")

    assert [point["value"] for point in told["data"]] == [19.8, 9.9, 0]
    assert told["summary"]["total"] == 29.7


def test_average_order_value_is_what_the_readme_shows(answers: Answers) -> None:
    told = answers.data_of("metric_type=average_order_value")

    assert [point["value"] for point in told["data"]] == [9.9]
    assert told["comparison"] == {"previous_period": [], "variance": 9.9, "variance_percentage": None}


def test_all_errors_are_reported_together(answers: Answers) -> None:
    error = answers.to("metric_type=profit")["error"]

    assert [each["field"] for each in error["field_errors"]] == ["metric_type", "time_range.start", "time_range.end"]


def test_a_producer_puts_a_record_as_the_readme_shows(platform: RunningPlatform, client: Client) -> None:
    (credentials,), (script, _) = blocks("sh"), blocks("python")

    run("bash", "-c", f"{at(platform, credentials)}{sys.executable} -c {shlex.quote(script)}")

    assert counted(client.ledger_of("readme-till", 1)) == {"loaded": 1}


def test_a_program_watches_a_dashboard_as_the_readme_shows(platform: RunningPlatform) -> None:
    _, script = blocks("python")
    watch = ("timeout", "60", sys.executable, "-u", "-c", script)
    address = f"{platform.websocket_url}/dashboards/executive"

    command = [*watch, address, platform.token]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as watching:  # noqa: S603 # as documented
        assert watching.stdout is not None
        first = watching.stdout.readline()
        watching.terminate()

    assert orjson.loads(first)["type"] == "dashboard_refresh"
