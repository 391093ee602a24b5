"""The health of the pipeline of replay runs."""

from shared.pipelines.run_register import COMPLETED, FAILED, REFUSED, EndedRun, RunRegister
from shared.runtime.dynamodb import transact
from tests.functions.pipelines.conftest import Health


def _begin(health: Health, run_id: str) -> None:
    register: RunRegister = health.wired.replays.register
    transact(register.dynamodb, [register.begin(run_id, health.clock())])


def _end(health: Health, run_id: str, status: str) -> None:
    register: RunRegister = health.wired.replays.register
    ended = EndedRun(status=status, at=health.clock(), decisions=10, seconds=20)
    transact(register.dynamodb, register.end(run_id, ended))


def test_a_run_under_way_is_waiting_and_completes(health: Health) -> None:
    _begin(health, "run-1")
    running = health.after(minutes=5).of("replay")
    _end(health, "run-1", COMPLETED)
    ended = health.of("replay")

    assert running["status"] == "healthy"
    assert (running["stages"][0]["in"], running["stages"][0]["waiting"]) == (1, 1)
    assert running["stages"][0]["oldestWaitingSeconds"] >= 300
    assert (ended["status"], ended["stages"][0]["out"], ended["stages"][0]["waiting"]) == ("healthy", 1, 0)


def test_a_run_that_takes_longer_than_the_objective_is_late(health: Health) -> None:
    _begin(health, "run-1")

    found = health.after(minutes=70).of("replay")

    assert found["status"] == "down"
    assert found["cause"].startswith("run: 1 run not completed")


def test_failures_count_until_a_run_completes_and_no_longer_than_a_day(health: Health) -> None:
    _begin(health, "run-1")
    _end(health, "run-1", FAILED)
    failed = health.of("replay")
    _begin(health, "run-2")
    _end(health.after(minutes=1), "run-2", COMPLETED)
    healed = health.of("replay")
    _begin(health, "run-3")
    _end(health.after(minutes=1), "run-3", FAILED)
    a_day_later = health.after(hours=25).of("replay")

    assert (failed["status"], failed["cause"]) == ("degraded", "run: 1 run failed")
    assert (healed["status"], a_day_later["status"]) == ("healthy", "idle")


def test_a_run_that_its_scenario_does_not_allow_is_no_failure_of_the_pipeline(health: Health) -> None:
    _begin(health, "run-1")
    _end(health, "run-1", REFUSED)

    assert health.of("replay")["status"] == "healthy"


def test_the_last_runs_are_read_the_newest_first(health: Health) -> None:
    for number in range(3):
        _begin(health, f"run-{number}")
        _end(health.after(seconds=1), f"run-{number}", COMPLETED)

    register: RunRegister = health.wired.replays.register
    latest = register.latest(2)

    assert latest == sorted(latest, key=lambda each: each.at, reverse=True)
    assert [(each.decisions, each.seconds) for each in latest] == [(10, 20), (10, 20)]
