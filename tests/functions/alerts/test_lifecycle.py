"""What evaluations, users and edits do to alerts, and who is notified."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, NoReturn

import pytest

from shared.alerts.changes import AlertChanges
from shared.alerts.rule_changes import DELETED, DISABLED, EDITED
from shared.alerts.stored_alert import IllegalMove
from shared.alerts.vocabulary import AlertStatus
from tests.functions.alerts.scripted import START, STEP, Desk, request, silence

ACTIVE, ACKNOWLEDGED, RESOLVED = AlertStatus


def statuses(desk: Desk, rule_id: str) -> list[AlertStatus]:
    """The statuses of all alerts of a rule, the oldest first."""
    return [each.alert.status for each in desk.all(rule_id)]


def test_an_alert_is_raised_when_the_condition_holds_and_resolves_itself_when_it_does_not(desk: Desk) -> None:
    rule = desk.create()
    desk.say(5)
    desk.evaluate()
    desk.say(12)
    desk.evaluate()

    (raised,) = desk.open(rule.rule_id)
    desk.say(30)
    desk.evaluate()
    desk.say(8)
    desk.evaluate()

    (alert,) = (each.alert for each in desk.all(rule.rule_id))
    assert (raised.alert.status, raised.alert.current_value, raised.alert.threshold_value) == (ACTIVE, 12, 10)
    assert (raised.alert.window.end, raised.alert.fired_at) == (START + 2 * STEP, START + 2 * STEP)
    assert (alert.status, alert.resolved_by, alert.peak_value, alert.current_value) == (RESOLVED, "system", 30, 8)
    assert alert.cleared_at == START + 4 * STEP
    assert list(desk.notified(rule.rule_id)) == [f"{alert.alert_id}:fired", f"{alert.alert_id}:resolved"]


def test_what_fires_again_is_a_new_alert_that_names_the_one_before(desk: Desk) -> None:
    rule = desk.create()
    for value in (12, 8, 13):
        desk.say(value)
        desk.evaluate()

    first, second = (each.alert for each in desk.all(rule.rule_id))
    assert (first.status, second.status) == (RESOLVED, ACTIVE)
    assert second.previous_alert_id == first.alert_id
    assert first.previous_alert_id is None


def test_the_condition_must_hold_for_a_while_after_the_first_window(desk: Desk) -> None:
    rule = desk.create(**{"for": "PT10M"})
    seen = []
    for value in (12, 12, 8, 12, 12, 12):
        desk.say(value)
        desk.evaluate()
        seen.append(len(desk.open(rule.rule_id)))

    assert seen == [0, 0, 0, 0, 0, 1]


def test_an_alert_clears_at_its_recovery_or_past_it(desk: Desk) -> None:
    rule = desk.create(recovery=6)
    seen = []
    for value in (12, 9, 7, 6, 9, 11):
        desk.say(value)
        desk.evaluate()
        seen.append(len(desk.open(rule.rule_id)))

    assert seen == [1, 1, 1, 0, 0, 1]


def test_windows_that_ended_since_the_last_evaluation_are_all_judged(desk: Desk) -> None:
    rule = desk.create()
    desk.say(5)
    desk.evaluate()
    desk.say(12, 3, 15, 4)
    desk.evaluate()

    assert [each.alert.peak_value for each in desk.all(rule.rule_id)] == [12, 15]
    assert statuses(desk, rule.rule_id) == [RESOLVED, RESOLVED]


def test_a_late_record_changes_the_judgement_of_the_last_window(desk: Desk) -> None:
    rule = desk.create()
    desk.say(12)
    desk.evaluate()
    desk.script.values[desk.script.watermark, None] = 9
    desk.script.commits += 1
    desk.evaluate()

    assert statuses(desk, rule.rule_id) == [RESOLVED]


def test_without_a_commit_or_a_new_window_nothing_is_asked_and_nothing_written(desk: Desk) -> None:
    desk.create()
    desk.say(12)
    desk.evaluate()

    writes = desk.platform.injector.count(desk.evaluate)

    assert writes == []


def test_a_rule_is_evaluated_once_in_each_interval(desk: Desk) -> None:
    rule = desk.create(evaluate_every="PT1H")
    desk.script.watermark = START + timedelta(hours=1)
    desk.script.values[desk.script.watermark, None] = 12
    desk.clock.now = START + timedelta(minutes=61)
    desk.evaluator.evaluate()
    desk.script.values[desk.script.watermark, None] = 3
    desk.script.commits += 1
    desk.clock.pass_by(timedelta(minutes=58))
    desk.evaluator.evaluate()
    before = statuses(desk, rule.rule_id)
    desk.clock.pass_by(timedelta(minutes=1))
    desk.evaluator.evaluate()

    assert (before, statuses(desk, rule.rule_id)) == ([ACTIVE], [RESOLVED])


def test_the_first_acknowledgement_counts(desk: Desk) -> None:
    rule = desk.create()
    desk.say(12)
    desk.evaluate()
    (raised,) = desk.open(rule.rule_id)

    first = desk.changes.acknowledge(raised.alert.alert_id, "ann", "on it")
    desk.clock.pass_by(STEP)
    again = desk.changes.acknowledge(raised.alert.alert_id, "bob", "me too")

    assert first == again
    assert (again.acknowledged_by, again.note) == ("ann", "on it")
    assert [each.status for each in again.history] == [ACTIVE, ACKNOWLEDGED]
    assert list(desk.notified(rule.rule_id)) == [f"{again.alert_id}:{each}" for each in ("acknowledged", "fired")]


def test_a_resolved_alert_does_not_move_any_more(desk: Desk) -> None:
    rule = desk.create()
    desk.say(12)
    desk.evaluate()
    (raised,) = desk.open(rule.rule_id)
    desk.changes.resolve(raised.alert.alert_id, "ann", None)

    with pytest.raises(IllegalMove, match="resolved; it cannot become acknowledged"):
        desk.changes.acknowledge(raised.alert.alert_id, "ann", None)
    with pytest.raises(IllegalMove, match="resolved; it cannot become resolved"):
        desk.changes.resolve(raised.alert.alert_id, "ann", None)


def test_an_alert_that_a_user_resolved_is_raised_anew_only_by_a_later_window(desk: Desk) -> None:
    rule = desk.create()
    desk.say(12)
    desk.evaluate()
    (raised,) = desk.open(rule.rule_id)
    desk.changes.resolve(raised.alert.alert_id, "ann", "a test")
    desk.script.commits += 1
    desk.evaluate()
    before = statuses(desk, rule.rule_id)
    desk.say(12)
    desk.evaluate()

    assert (before, statuses(desk, rule.rule_id)) == ([RESOLVED], [RESOLVED, ACTIVE])
    assert desk.all(rule.rule_id)[1].alert.previous_alert_id == raised.alert.alert_id
    desk.check(rule.rule_id)


@pytest.mark.parametrize(
    ("change", "note"),
    [
        (lambda desk, rule: desk.edits.replace(rule, request(name="Another")), EDITED),
        (lambda desk, rule: desk.edits.replace(rule, request(enabled=False)), DISABLED),
        (lambda desk, rule: desk.edits.delete(rule.rule_id), DELETED),
    ],
    ids=["edited", "disabled", "deleted"],
)
def test_a_rule_that_changes_resolves_its_open_alert(desk: Desk, change: Any, note: str) -> None:
    rule = desk.create()
    desk.say(12)
    desk.evaluate()

    change(desk, rule)
    desk.evaluate()

    (alert,) = (each.alert for each in desk.all(rule.rule_id)[:1])
    assert (alert.status, alert.resolved_by, alert.note) == (RESOLVED, "system", note)
    assert f"{alert.alert_id}:resolved" in desk.notified(rule.rule_id)
    desk.check(rule.rule_id)


def test_an_edited_rule_begins_anew_and_remembers_its_last_alert(desk: Desk) -> None:
    rule = desk.create()
    desk.say(12)
    desk.evaluate()
    desk.edits.replace(rule, request(name="Another"))
    desk.evaluate()

    first, second = (each.alert for each in desk.all(rule.rule_id))
    assert (second.title, second.previous_alert_id) == ("Another", first.alert_id)


def test_a_silenced_rule_raises_alerts_and_notifies_nobody(desk: Desk) -> None:
    rule = desk.create()
    desk.edits.silence(rule.rule_id, silence(desk.clock() + timedelta(hours=1)), "ann")
    for value in (12, 5, 13):
        desk.say(value)
        desk.evaluate()
    desk.changes.acknowledge(desk.open(rule.rule_id)[0].alert.alert_id, "ann", None)

    assert statuses(desk, rule.rule_id) == [RESOLVED, ACKNOWLEDGED]
    assert desk.notified(rule.rule_id) == {}


def test_an_alert_that_outlasts_a_silence_is_notified_by_the_first_evaluation_after_it(desk: Desk) -> None:
    rule = desk.create()
    desk.edits.silence(rule.rule_id, silence(desk.clock() + timedelta(minutes=11)), "ann")
    for value in (12, 12, 12):
        desk.say(value)
        desk.evaluate()
    desk.say(4)
    desk.evaluate()

    (alert,) = (each.alert for each in desk.all(rule.rule_id))
    assert sorted(desk.notified(rule.rule_id)) == [f"{alert.alert_id}:fired", f"{alert.alert_id}:resolved"]


def test_each_group_has_an_alert_of_its_own(desk: Desk) -> None:
    rule = desk.create(group_by="channel")
    desk.watermark_moves(1)
    for group, value in {"web": 12, "app": 5, "store": 20}.items():
        desk.script.values[desk.script.watermark, group] = value
    desk.evaluate()

    assert sorted((each.alert.group or "", each.alert.title) for each in desk.open(rule.rule_id)) == [
        ("store", "Too many decisions (store)"),
        ("web", "Too many decisions (web)"),
    ]
    desk.check(rule.rule_id)


@pytest.mark.parametrize(
    ("no_data", "expected"),
    [("ignore", [0, 1, 1, 0]), ("fire", [1, 1, 1, 0]), ("resolve", [0, 1, 0, 0])],
)
def test_a_window_without_data_does_what_the_rule_says(desk: Desk, no_data: str, expected: list[int]) -> None:
    rule = desk.create(no_data=no_data)
    seen = []
    for value in (None, 12, None, 5):
        desk.say(value)
        desk.evaluate()
        seen.append(len(desk.open(rule.rule_id)))

    assert seen == expected


@pytest.mark.parametrize(("no_data", "expected"), [("ignore", []), ("fire", [ACTIVE]), ("resolve", [])])
def test_data_that_stop_are_no_data(desk: Desk, no_data: str, expected: list[AlertStatus]) -> None:
    rule = desk.create(no_data=no_data)
    desk.say(5)
    desk.evaluate()
    desk.script.live = False
    desk.clock.pass_by(timedelta(hours=2))
    desk.evaluate()

    assert statuses(desk, rule.rule_id) == expected


def test_windows_that_arrive_after_a_standstill_are_judged(desk: Desk) -> None:
    rule = desk.create(no_data="fire")
    desk.say(5)
    desk.evaluate()
    desk.script.live = False
    desk.clock.pass_by(timedelta(hours=2))
    desk.evaluate()
    desk.script.live = True
    desk.say(5)
    desk.evaluate()

    (alert,) = (each.alert for each in desk.all(rule.rule_id))
    assert (alert.status, alert.current_value, alert.cleared_at) == (RESOLVED, 5, START + 2 * STEP)


def test_three_failed_evaluations_raise_an_alert_about_themselves_and_a_success_clears_it(desk: Desk) -> None:
    rule = desk.create(severity="low")
    desk.script.failing = True
    seen = []
    for _ in range(4):
        desk.say(5)
        assert desk.evaluate().failed == 1
        seen.append(len(desk.open(rule.rule_id)))
    (raised,) = desk.open(rule.rule_id)
    desk.script.failing = False
    desk.evaluate()

    assert seen == [0, 0, 1, 1]
    assert (raised.alert.severity, raised.alert.metric_type, raised.alert.current_value) == ("high", "evaluation", 4)
    assert "the lake is closed" in raised.alert.description
    assert statuses(desk, rule.rule_id) == [RESOLVED]
    desk.check(rule.rule_id)


def test_one_failing_rule_does_not_hold_up_the_others(desk: Desk) -> None:
    rule = desk.create(group_by="channel")
    other = desk.create()
    desk.say(12)
    desk.script.values[desk.script.watermark, "web"] = 20

    desk.evaluate()

    assert (len(desk.open(rule.rule_id)), len(desk.open(other.rule_id))) == (1, 1)


def test_an_alert_that_cannot_be_looked_after_does_not_hold_up_the_rules(desk: Desk) -> None:
    class Failing(AlertChanges):
        def resolve_as_system(self, alert_id: str, note: str) -> NoReturn:
            raise RuntimeError(f"{alert_id} {note}")

    broken, rule = desk.create(), desk.create()
    desk.say(12)
    desk.evaluate()
    desk.rules.delete(broken)
    desk.say(5)
    desk.clock.pass_by(STEP)

    replace(desk.evaluator, changes=Failing(**vars(desk.changes))).evaluate()

    assert (statuses(desk, broken.rule_id), statuses(desk, rule.rule_id)) == ([ACTIVE], [RESOLVED])


def test_the_peak_of_an_alert_that_began_without_data_is_on_the_side_of_its_first_value(desk: Desk) -> None:
    below = desk.create(no_data="fire", condition={"type": "below", "threshold": 10})
    outside = desk.create(no_data="fire", condition={"type": "outside", "low": 10, "high": 20})
    for value in (None, 4, 2, 6):
        desk.say(value)
        desk.evaluate()

    assert [each.alert.peak_value for rule in (below, outside) for each in desk.open(rule.rule_id)] == [2, 2]
