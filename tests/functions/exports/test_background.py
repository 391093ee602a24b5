"""Exports that take longer than a request."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import orjson
import pytest
import requests

from shared.app.wiring import Wiring
from shared.audit.entry import parse
from shared.audit.trail import Asked
from shared.exports.chunks import Chunk
from shared.exports.decision_exports import Limits
from shared.exports.decision_source import DecisionPlan, DecisionSource
from shared.exports.files import EXPORT_FILES_BUCKET, FILES
from shared.exports.job import file_key
from shared.exports.runner import ExportRunner
from shared.exports.store import LEASE, MOST_ATTEMPTS
from shared.lake.table.port import SnapshotExpired
from shared.metrics.split import Interval
from shared.runtime.paging import Window
from tests.functions.exports.conftest import PATH, Reply, World, user_of
from tests.functions.exports.decisions import DECISIONS, RANGE

Deploy = Callable[..., World]


@dataclass(frozen=True, kw_only=True)
class InterruptedSource(DecisionSource):
    """Decisions of which the reading fails after some batches."""

    after: int
    error: type[BaseException]

    def batches(self, plan: DecisionPlan, name: str) -> Iterator[Any]:
        """Yield some batches, and fail."""
        for number, batch in enumerate(super().batches(plan, name)):
            if number == self.after:
                raise self.error("interrupted")
            yield batch


class InChunks(DecisionSource):
    """Decisions in many chunks."""

    def plan(self, question: Any, snapshots: Any) -> DecisionPlan:
        """Divide the chunk in ten."""
        plan = super().plan(question, snapshots)
        (whole,) = plan.chunks
        step = (whole.interval.end - whole.interval.start) / 10
        starts = [whole.interval.start + step * n for n in range(10)]
        parts = zip(starts, [*starts[1:], whole.interval.end], strict=True)
        return replace(plan, chunks=[Chunk(Interval(*part), plan.rows // 10) for part in parts])


class Killed(BaseException):
    """The end of a function that runs out of time or memory."""


@pytest.fixture
def world(deploy: Deploy) -> World:
    """Functions that export more than ten decisions in the background."""
    return deploy(Limits(at_once=10))


def runner(wired: Wiring, source: type[DecisionSource] = InChunks, **parts: Any) -> ExportRunner:
    made = wired.export_runner.source
    return replace(
        wired.export_runner, source=source(athena=made.athena, files=made.files, bucket=made.bucket, **parts)
    )


def begin(world: World, form: str = "csv") -> str:
    """Begin an export and return its id."""
    reply = world.export("decisions", form)
    assert reply.status == 202, reply.content
    return str(reply.body["exportId"])


def status(world: World, export_id: str) -> Reply:
    return world.get(f"{PATH}/{export_id}")


def files(world: World) -> set[str]:
    s3, bucket = world.wired.clients.s3, world.wired.name_of(EXPORT_FILES_BUCKET)
    return {each["Key"] for each in s3.list_objects_v2(Bucket=bucket, Prefix=FILES).get("Contents", [])}


@pytest.mark.parametrize("form", ["csv", "json"])
def test_a_long_export_has_the_bytes_of_a_short_one(deploy: Deploy, form: str) -> None:
    at_once = deploy().export("decisions", form)
    world = deploy(Limits(at_once=10))

    accepted = world.export("decisions", form)
    (message,) = world.waiting()
    runner(world.wired).run(orjson.loads(message)["export_id"])
    done = world.get(accepted.headers["location"])

    assert accepted.status == 202
    assert accepted.headers["location"] == f"{PATH}/{accepted.body['exportId']}"
    assert accepted.body["progress"] == {"rows": 0, "total": DECISIONS, "percentage": 0}
    assert (done.status, done.headers["x-export-rows"]) == (303, str(DECISIONS))
    assert done.headers["x-export-sha256"] == at_once.sha256
    for _ in range(2):
        file = requests.get(done.headers["location"], timeout=5)
        assert file.content == at_once.content
        assert file.headers["content-disposition"] == at_once.headers["content-disposition"]


def test_progress_is_told_while_the_file_is_written(world: World) -> None:
    export_id = begin(world)

    with pytest.raises(Killed):
        runner(world.wired, InterruptedChunks, after=5, error=Killed).run(export_id)

    told = status(world, export_id).body
    assert told["status"] == "running"
    assert 0 < told["progress"]["rows"] < DECISIONS
    assert told["progress"]["percentage"] == pytest.approx(100 * told["progress"]["rows"] / DECISIONS, abs=0.05)


class InterruptedChunks(InChunks, InterruptedSource):
    """Decisions in many chunks of which the reading fails."""


def test_an_export_of_another_user_does_not_exist(world: World) -> None:
    export_id = begin(world)

    stranger = world.get(f"{PATH}/{export_id}", user=user_of(world.wired))

    assert stranger.status == world.get(f"{PATH}/unheard-of").status == 404


def test_a_repeated_request_is_the_same_export(world: World) -> None:
    assert begin(world) == begin(world)
    assert begin(world) != begin(world, "json")


def test_messages_that_come_twice_write_the_file_once(world: World) -> None:
    export_id = begin(world)
    for _ in range(3):
        runner(world.wired).run(export_id)

    assert len(records(world)) == 2  # the request, and its end
    assert status(world, export_id).status == 303


def test_only_one_attempt_runs_at_a_time(world: World) -> None:
    export_id = begin(world)
    assert world.wired.export_runner.exports.claim(export_id)

    runner(world.wired).run(export_id)

    assert status(world, export_id).body["status"] == "running"
    assert file_key(export_id) not in files(world)


def test_a_crash_leaves_nothing_that_can_be_seen_and_the_next_attempt_the_same_bytes(world: World) -> None:
    export_id = begin(world)
    with pytest.raises(Killed):
        runner(world.wired, InterruptedChunks, after=3, error=Killed).run(export_id)
    left = files(world), status(world, export_id).status
    world.clock.pass_by(LEASE + timedelta(seconds=1))

    runner(world.wired, DecisionSource).run(export_id)

    assert file_key(export_id) not in left[0]
    assert left[1] == 200
    assert status(world, export_id).headers["x-export-sha256"] == fresh(world)


def fresh(world: World) -> str:
    """The digest of the same export at once."""
    at_once = replace(world.wired.exporter.decisions, limits=Limits())
    world.wired.exporter = replace(world.wired.exporter, decisions=at_once)
    return world.export("decisions").sha256


def test_labels_that_come_meanwhile_do_not_change_an_export(world: World) -> None:
    export_id = begin(world)
    world.clock.pass_by(timedelta(days=30))

    runner(world.wired).run(export_id)

    world.clock.pass_by(-timedelta(days=30))
    assert status(world, export_id).headers["x-export-sha256"] == fresh(world)


def test_an_attempt_that_fails_is_repeated(world: World) -> None:
    export_id = begin(world)
    world.waiting()

    runner(world.wired, InterruptedSource, after=0, error=ConnectionError).run(export_id)
    runner(world.wired).run(export_id)

    assert status(world, export_id).status == 303


def test_an_export_that_fails_repeatedly_has_failed_with_a_reason(world: World) -> None:
    export_id = begin(world)
    for _ in range(MOST_ATTEMPTS):
        runner(world.wired, InterruptedSource, after=0, error=ConnectionError).run(export_id)

    told = status(world, export_id).body
    assert (told["status"], told["error"]) == ("failed", "3 attempts did not succeed; request the export again later")
    assert begin(world) == export_id
    assert status(world, export_id).body["status"] == "queued"


def test_attempts_that_are_killed_count(world: World) -> None:
    export_id = begin(world)
    for _ in range(MOST_ATTEMPTS):
        with pytest.raises(Killed):
            runner(world.wired, InterruptedSource, after=0, error=Killed).run(export_id)
        world.clock.pass_by(LEASE + timedelta(seconds=1))

    runner(world.wired).run(export_id)

    assert status(world, export_id).body["status"] == "failed"


def test_an_export_of_data_that_are_not_kept_any_more_fails_at_once(world: World) -> None:
    export_id = begin(world)

    runner(world.wired, InterruptedSource, after=0, error=SnapshotExpired).run(export_id)

    assert "not kept any more" in status(world, export_id).body["error"]


def test_the_end_of_an_export_is_on_record(world: World) -> None:
    export_id = begin(world)
    runner(world.wired).run(export_id)

    (entry,) = [each for each in records(world) if each["resource"] == f"{PATH}/{export_id}"]

    assert entry["after"] == {
        "dataType": "decisions",
        "format": "csv",
        "filters": RANGE,
        "rows": DECISIONS,
        "watermark": "1970-01-01T00:00:00Z",
        "sha256": status(world, export_id).headers["x-export-sha256"],
    }


def records(world: World) -> list[Any]:
    found = world.wired.audit_trail.find(Asked(user_id=world.visitor.key.owner), Window(limit=10, offset=0))
    return [parse(each.body) for each in found.items]
