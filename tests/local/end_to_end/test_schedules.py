"""A scheduled run that fails is kept with its error, and its function can be started again."""

import json

from typer.testing import CliRunner

from infra.local.cli import app
from tests.local.conftest import RunningPlatform
from tests.local.end_to_end.outages import failing
from tests.local.end_to_end.waiting import until

FAILURES = "schedule-failures"


def tally(platform: RunningPlatform, *words: str) -> str:
    """Return what a command prints."""
    done = CliRunner().invoke(app, ["dead-letters", *words, "--directory", str(platform.layout.directory)])
    assert done.exit_code == 0, done.output
    return done.output


def reports(platform: RunningPlatform) -> list[str]:
    return tally(platform, "show", FAILURES).splitlines()


def test_a_run_that_failed_three_times_is_reported_and_its_function_started_again(ours: RunningPlatform) -> None:
    functions = ours.client("lambda")
    with failing(ours, "reconciler"):
        functions.invoke(FunctionName="tally-local-reconciler", InvocationType="Event")
        (report,) = until(lambda: reports(ours), seconds=60, what="the failed run is reported")

    told = json.loads(report)
    assert told["requestContext"]["functionArn"].endswith(":tally-local-reconciler")
    assert told["requestContext"]["approximateInvokeCount"] == 3
    assert "functions.nothing" in told["responsePayload"]["errorMessage"]

    assert tally(ours, "redrive", FAILURES) == "1 message removed; the functions were started again.\n"
    assert reports(ours) == []
