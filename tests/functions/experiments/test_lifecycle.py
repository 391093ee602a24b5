"""The states of an experiment, the moves between them, and what may change in each."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from itertools import pairwise

import pytest

from shared.app.wiring import Wiring
from shared.experiments.models import StoredExperiment
from shared.experiments.store import ExperimentChanged
from shared.experiments.vocabulary import MOVES, ExperimentStatus, Move
from shared.runtime.errors import Conflict
from shared.runtime.models import rfc3339
from tests.fakes.clock import Clock
from tests.fakes.serialized_calls import SerializedCalls
from tests.functions.experiments.conftest import User

ROUTES = tuple(each.value for each in Move if each is not Move.PROMOTE)
LED_BY = {
    "draft": (),
    "running": ("start",),
    "paused": ("start", "pause"),
    "completed": ("start", "complete"),
    "archived": ("archive",),
}
ALLOWED = {
    ("draft", "start"): "running",
    ("running", "pause"): "paused",
    ("paused", "resume"): "running",
    ("running", "complete"): "completed",
    ("paused", "complete"): "completed",
    ("draft", "archive"): "archived",
    ("completed", "archive"): "archived",
    ("promoted", "archive"): "archived",
}


@pytest.mark.parametrize("status", LED_BY)
@pytest.mark.parametrize("move", ROUTES)
def test_a_move_is_made_from_the_states_that_allow_it_and_refused_from_others_with_both_names(
    ann: User, status: str, move: str
) -> None:
    made = ann.make()
    if LED_BY[status]:
        ann.move(made["id"], *LED_BY[status])

    answer = ann.ask("POST", f"/{made['id']}/{move}")

    if (status, move) in ALLOWED:
        assert (answer.status, answer.body["status"]) == (200, ALLOWED[status, move])
        assert answer.body["history"][-1]["status"] == ALLOWED[status, move]
    else:
        target = MOVES[Move(move)].target
        assert (answer.status, answer.body["error"]) == (409, "conflict")
        assert answer.body["details"] == {"status": status, "requested": target}
        assert status in answer.body["message"]
        assert target in answer.body["message"]


def test_the_table_of_moves_is_that_of_the_contract() -> None:
    moves = {(source.value, move.value): path.target for move, path in MOVES.items() for source in path.sources}

    assert moves == {**ALLOWED, ("completed", "promote"): "promoted"}
    assert not [move for (source, move) in moves if source == ExperimentStatus.ARCHIVED]


def test_an_experiment_without_a_start_begins_when_it_is_started(ann: User, clock: Clock) -> None:
    made = ann.make()
    clock.pass_by(timedelta(hours=1))

    assert ann.move(made["id"], "start")["startDate"] == rfc3339(clock())


def test_a_start_in_the_past_stays(ann: User) -> None:
    assert ann.started(startDate="2025-01-01")["startDate"] == "2025-01-01T00:00:00Z"


def test_an_experiment_whose_end_is_over_is_not_started_now(ann: User, clock: Clock) -> None:
    made = ann.make(endDate=rfc3339(clock() - timedelta(days=1)))

    answer = ann.ask("POST", f"/{made['id']}/start")

    assert answer.status == 409
    assert "endDate" in answer.body["message"]


def test_completion_has_a_time_and_history_everything(ann: User, clock: Clock) -> None:
    made = ann.started()
    for move in ("pause", "resume", "complete"):
        clock.pass_by(timedelta(days=1))
        ann.move(made["id"], move)

    found = ann.ask("GET", f"/{made['id']}").body

    assert found["completedAt"] == rfc3339(clock())
    assert [each["status"] for each in found["history"]] == ["draft", "running", "paused", "running", "completed"]
    assert all(first["at"] <= second["at"] for first, second in pairwise(found["history"]))


@pytest.mark.parametrize("status", [each for each in LED_BY if each != "draft"])
def test_after_draft_only_name_description_and_end_may_change(ann: User, status: str) -> None:
    made = ann.make()
    version = ann.move(made["id"], *LED_BY[status])["version"]

    allowed = {"name": "New", "description": "Told", "endDate": "2100-01-01T00:00:00Z"}
    changed = ann.ask("PUT", f"/{made['id']}", body={**allowed, "version": version})
    refused = ann.ask(
        "PUT", f"/{made['id']}", body={"primaryMetric": "recall", "unit": "decision", "version": version + 1}
    )

    assert {name: changed.body[name] for name in allowed} == allowed
    assert refused.status == 409
    assert refused.body["details"] == {"status": status, "fields": ["primaryMetric", "unit"]}


def test_fields_that_are_sent_as_they_are_do_not_count_as_changes(ann: User) -> None:
    made = ann.started()
    sent = {name: made[name] for name in ("name", "variants", "primaryMetric", "unit", "startDate", "version")}

    assert ann.ask("PUT", f"/{made['id']}", body={**sent, "description": "Told"}).status == 200


def _at_once(served: Wiring, *calls: Callable[[], object]) -> list[object]:
    """Call functions at the same time; return what each returned, or the refusal."""
    SerializedCalls().listen(served.clients.dynamodb.meta.events)

    def run(call: Callable[[], object]) -> object:
        try:
            return call()
        except Conflict as refusal:
            return refusal

    with ThreadPoolExecutor(len(calls)) as pool:
        return [each.result() for each in [pool.submit(run, call) for call in calls]]


def test_of_many_who_start_at_once_one_does(ann: User, served: Wiring) -> None:
    made = ann.make()
    changes = served.experiment_changes

    answers = _at_once(served, *[lambda: changes.move(made["id"], Move.START, "x")] * 6)

    assert sum(isinstance(each, Conflict) for each in answers) == 5
    assert served.experiments.get(made["id"]).version == 2


def test_moves_and_edits_at_once_lose_nothing(ann: User, served: Wiring) -> None:
    made = ann.started()
    changes = served.experiment_changes

    def rename() -> object:
        while True:
            before = served.experiments.get(made["id"])
            renamed = before.model_copy(update={"name": "Renamed", "version": before.version + 1})
            with suppress(ExperimentChanged):
                served.experiments.put(renamed)
                return renamed

    answers = _at_once(served, rename, lambda: changes.move(made["id"], Move.COMPLETE, "x"))

    found = served.experiments.get(made["id"])
    assert isinstance(answers[0], StoredExperiment)
    assert (found.name, found.status) == ("Renamed", ExperimentStatus.COMPLETED)
