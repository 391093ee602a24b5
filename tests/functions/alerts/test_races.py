"""Several who evaluate and change alerts at the same time, in threads."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from shared.alerts.vocabulary import AlertStatus
from shared.runtime.errors import Conflict
from tests.fakes.serialized_calls import SerializedCalls
from tests.functions.alerts.scripted import Desk, request

_AT_ONCE = 6


@pytest.fixture
def racing(desk: Desk) -> Desk:
    """A desk whose calls do not meet inside moto."""
    if not getattr(desk.platform.dynamodb, "is_serialized", False):
        SerializedCalls().listen(desk.platform.dynamodb.meta.events)
        desk.platform.dynamodb.is_serialized = True
    return desk


def at_once(*calls: Callable[[], object]) -> None:
    """Call functions at the same time; what one refuses is refused."""

    def run(call: Callable[[], object]) -> None:
        with suppress(Conflict):
            call()

    with ThreadPoolExecutor(len(calls)) as pool:
        for each in [pool.submit(run, call) for call in calls]:
            each.result()


def test_evaluators_at_once_raise_one_alert(racing: Desk) -> None:
    rule = racing.create(group_by="channel")
    racing.watermark_moves(1)
    for group in ("web", "app", "store"):
        racing.script.values[racing.script.watermark, group] = 12.0

    at_once(*[racing.evaluator.evaluate] * _AT_ONCE)

    assert sorted(each.alert.group or "" for each in racing.all(rule.rule_id)) == ["app", "store", "web"]
    assert len(racing.notified(rule.rule_id)) == 3
    racing.check(rule.rule_id)


def test_an_alert_is_resolved_once_whoever_resolves_it(racing: Desk) -> None:
    rule = racing.create()
    racing.say(12)
    racing.evaluate()
    (raised,) = racing.open(rule.rule_id)
    name = raised.alert.alert_id
    racing.say(3)

    at_once(
        racing.evaluate,
        lambda: racing.changes.resolve(name, "ann", None),
        lambda: racing.changes.resolve(name, "bob", None),
        lambda: racing.changes.acknowledge(name, "cat", None),
        lambda: racing.edits.replace(rule, request(name="Other")),
    )

    (alert,) = (each.alert for each in racing.all(rule.rule_id))
    assert alert.status is AlertStatus.RESOLVED
    assert [each.status for each in alert.history].count(AlertStatus.RESOLVED) == 1
    assert f"{name}:resolved" in racing.notified(rule.rule_id)
    racing.check(rule.rule_id)


def test_of_two_edits_of_one_version_one_is_made(racing: Desk) -> None:
    rule = racing.create()
    refused = []

    def edit(name: str) -> None:
        try:
            racing.edits.replace(rule, request(name=name))
        except Conflict:
            refused.append(name)

    at_once(lambda: edit("one"), lambda: edit("two"))

    kept = racing.rules.get(rule.rule_id)
    assert (kept.version, len(refused)) == (2, 1)
    assert kept.definition.name not in refused


def test_a_rule_is_replaced_although_its_alert_is_resolved_meanwhile(desk: Desk) -> None:
    rule = desk.create()
    desk.say(12)
    desk.evaluate()
    (raised,) = desk.open(rule.rule_id)

    with desk.platform.interruption.before(1, lambda: desk.changes.resolve(raised.alert.alert_id, "ann", None)):
        changed = desk.edits.replace(rule, request(name="Other")).rule

    (alert,) = (each.alert for each in desk.all(rule.rule_id))
    assert (changed.version, alert.history[-1].by) == (2, "ann")


def test_a_rule_that_is_edited_while_it_is_evaluated_waits_for_the_next_pass(desk: Desk) -> None:
    rule = desk.create()
    desk.say(12)

    with desk.platform.interruption.before(0, lambda: desk.edits.replace(rule, request(name="Other"))):
        interrupted = desk.evaluate()

    assert (interrupted.left, interrupted.failed, len(desk.open(rule.rule_id))) == (1, 0, 0)
    desk.evaluate()
    assert [each.alert.title for each in desk.open(rule.rule_id)] == ["Other"]
