"""Replays run in Step Functions: what is deployed plans, replays slices, adds them up, and stops when it is told to."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from functions.manifest import REPLAY_RUN
from tests.local.conftest import RunningPlatform
from tests.local.end_to_end.client import Client
from tests.local.end_to_end.waiting import until

SCENARIOS = "/analytics/replay/scenarios"
WINDOW = {"start": "2022-03-01T00:00:00Z", "end": "2022-03-08T00:00:00Z"}
DECISIONS = 70


def outcome(score: float) -> str:
    """The outcome under the recorded thresholds."""
    return "decline" if score >= 0.8 else "review" if score >= 0.4 else "approve"


def decided(client: Client) -> list[dict[str, Any]]:
    """Send the decisions of a week, and return them once they are merged."""
    made = [
        {
            "decision_id": f"replay-{number:03}",
            "timestamp": f"2022-03-0{1 + number % 7}T{number % 24:02}:00:00Z",
            "score": number / 100,
            "outcome": outcome(number / 100),
            "customer_id": f"c-{number % 9}",
            "channel": "web",
            "rule_version": "e2e-rules",
            "amount": 10,
            "currency": "USD",
        }
        for number in range(100 - DECISIONS, 100)
    ]
    sent = client.send("replay-engine", "decisions", made)
    client.outcome(sent["batch_id"])
    return made


def created(client: Client, **overrides: Any) -> str:
    """Create a scenario over the week and return its id."""
    answer = client.http.post(SCENARIOS, json={"name": "Try it", "timeWindow": WINDOW, "overrides": overrides})
    assert answer.status_code == 201, answer.text
    scenario_id: str = answer.json()["id"]
    return scenario_id


def run(client: Client, scenario_id: str) -> None:
    """Start a run of a scenario."""
    answer = client.http.post(f"{SCENARIOS}/{scenario_id}/run")
    assert answer.status_code in {200, 202}, answer.text


def ended(client: Client, scenario_id: str) -> dict[str, Any]:
    """Wait until the run of a scenario has ended, and return the scenario."""

    def found() -> dict[str, Any] | None:
        scenario: dict[str, Any] = client.http.get(f"{SCENARIOS}/{scenario_id}").json()
        return scenario if scenario["status"] not in {"queued", "running"} else None

    return until(found, seconds=120, what=f"the run of {scenario_id} has ended")


def results(client: Client, scenario_id: str) -> dict[str, Any]:
    """Return the results of the latest run."""
    answer = client.http.get(f"{SCENARIOS}/{scenario_id}/results")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_replays_run_in_the_state_machine_that_is_deployed(client: Client) -> None:
    decisions = decided(client)
    as_recorded, stricter = created(client), created(client, thresholds={"fraud_threshold": 0.6})
    for each in (as_recorded, stricter):
        run(client, each)

    for each in (as_recorded, stricter):
        scenario = ended(client, each)
        assert (scenario["status"], scenario.get("error")) == ("completed", None)
        assert scenario["progress"] == {"total": DECISIONS, "processed": DECISIONS, "percentage": 100.0}

    same, changed = results(client, as_recorded), results(client, stricter)
    assert (same["decisions"], same["fidelity"], same["baseline"]) == (DECISIONS, 1.0, same["replayed"])
    declined = sum(each["score"] >= 0.6 for each in decisions)
    assert changed["replayed"]["declineRate"] == declined / DECISIONS
    assert changed["baseline"] == same["baseline"]

    run(client, as_recorded)
    assert ended(client, as_recorded)["status"] == "completed"
    assert results(client, as_recorded)["checksum"] == same["checksum"]


def test_a_cancelled_run_stops_and_leaves_no_results(client: Client) -> None:
    scenario_id = created(client)
    run(client, scenario_id)

    cancelled = client.http.post(f"{SCENARIOS}/{scenario_id}/cancel")

    assert (cancelled.status_code, cancelled.json()["status"]) == (200, "cancelled")
    assert client.http.post(f"{SCENARIOS}/{scenario_id}/cancel").status_code == 409
    assert client.http.get(f"{SCENARIOS}/{scenario_id}/results").status_code == 409
    run(client, scenario_id)
    assert ended(client, scenario_id)["status"] == "completed"


@contextmanager
def slices_that_fail(platform: RunningPlatform) -> Iterator[None]:
    """Let the items of the deployed map invoke a function that does not exist, and let retries wait a second."""
    stepfunctions = platform.client("stepfunctions")
    machines = stepfunctions.list_state_machines()["stateMachines"]
    (machine,) = [each for each in machines if each["name"].endswith(REPLAY_RUN.name.replace("_", "-"))]
    arn = machine["stateMachineArn"]
    deployed = stepfunctions.describe_state_machine(stateMachineArn=arn)["definition"]
    changed = json.loads(deployed)
    item = changed["States"]["replay_slice"]["ItemProcessor"]["States"]["item"]
    item["Parameters"]["FunctionName"] += "-that-is-gone"
    item["Retry"][0] |= {"IntervalSeconds": 1, "BackoffRate": 1}
    stepfunctions.update_state_machine(stateMachineArn=arn, definition=json.dumps(changed))
    try:
        yield
    finally:
        stepfunctions.update_state_machine(stateMachineArn=arn, definition=deployed)


def test_a_run_with_a_failing_slice_ends_with_a_reason_and_can_run_again(
    client: Client, platform: RunningPlatform
) -> None:
    scenario_id = created(client)
    with slices_that_fail(platform):
        run(client, scenario_id)
        failed = ended(client, scenario_id)

    assert failed["status"] == "failed"
    assert failed["error"].startswith("A slice of the decisions could not be replayed: ")
    assert client.http.get(f"{SCENARIOS}/{scenario_id}/results").status_code == 409
    run(client, scenario_id)
    assert ended(client, scenario_id)["status"] == "completed"
