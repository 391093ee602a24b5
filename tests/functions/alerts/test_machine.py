"""Alerts at random: values, users, edits, silences, rivals and crashes, in any order.

Whatever happens, a rule and group have at most one open alert, the stores agree with each other, and each change of an
alert is notified once, unless the rule was silenced.
"""

from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from shared.alerts.rule_changes import DELETED
from shared.alerts.vocabulary import OPEN
from shared.runtime.errors import Conflict, NotFound
from shared.runtime.models import sortable
from tests.fakes.fault_injection import CrashPoint, steps
from tests.functions.alerts.scripted import STEP, Desk, Platform, request, silence
from tests.tiers import examples, sized

if TYPE_CHECKING:
    from collections.abc import Callable

_VALUES = st.sampled_from([None, 2.0, 9.0, 10.0, 10.5, 11.0, 40.0])
_GROUPS = ("web", "app")
_WRITES = st.integers(0, 3)
_ACTIONS = st.sampled_from(["evaluate", "acknowledge", "resolve", "edit", "delete", "silence"])


def machine(platform: Platform) -> type[RuleBasedStateMachine]:  # noqa: C901 # its steps
    """Return a machine over a platform."""

    class Alerts(RuleBasedStateMachine):
        """A rule with two groups, and all that happens to it."""

        def __init__(self) -> None:
            super().__init__()
            platform.empty()
            self.desk = Desk(platform)
            self.rule_id = ""
            self.silences: list[tuple[str, str]] = []

        @initialize(hold=st.sampled_from(["PT0S", "PT5M"]), recovery=st.sampled_from([None, 5]))
        def create(self, hold: str, recovery: float | None) -> None:
            changes: dict[str, Any] = {"for": hold, "recovery": recovery, "group_by": "channel", "no_data": "fire"}
            self.definition = {name: value for name, value in changes.items() if value is not None}
            self.rule_id = self.desk.create(**self.definition).rule_id

        @rule(values=st.lists(st.tuples(_VALUES, _VALUES), min_size=1, max_size=3))
        def more_data(self, values: list[tuple[float | None, float | None]]) -> None:
            for both in values:
                self.desk.watermark_moves(1)
                for group, value in zip(_GROUPS, both, strict=True):
                    self.desk.script.values[self.desk.script.watermark, group] = value

        @rule(values=st.tuples(_VALUES, _VALUES))
        def late_data(self, values: tuple[float | None, float | None]) -> None:
            self.desk.script.commits += 1
            for group, value in zip(_GROUPS, values, strict=True):
                self.desk.script.values[self.desk.script.watermark, group] = value

        @rule()
        def evaluate(self) -> None:
            self._act("evaluate")

        @rule(action=_ACTIONS)
        def act(self, action: str) -> None:
            self._act(action)

        @rule(action=_ACTIONS, write=_WRITES, side=st.sampled_from(CrashPoint))
        def crash(self, action: str, write: int, side: CrashPoint) -> None:
            with platform.injector.killing(write, side):
                self._act(action)

        @rule(action=_ACTIONS, rival=_ACTIONS, write=_WRITES)
        def meet(self, action: str, rival: str, write: int) -> None:
            with platform.interruption.before(write, lambda: self._act(rival)):
                self._act(action)

        @precondition(lambda self: self.rule_id)
        @invariant()
        def agrees(self) -> None:
            self.desk.check(self.rule_id)

        def teardown(self) -> None:
            """Let the last crash be repaired, and account for every notification."""
            if not self.rule_id:
                return
            self.desk.clock.pass_by(timedelta(days=100))
            self.desk.evaluate()
            self.desk.check(self.rule_id)
            self._check_repaired()
            self._check_notifications()

        def _act(self, action: str) -> None:
            self.desk.clock.pass_by(timedelta(seconds=1))
            act: Callable[[], object] = getattr(self, f"_{action}")
            with suppress(Conflict, NotFound):  # refused, which users see
                act()

        def _evaluate(self) -> None:
            self.desk.evaluate()

        def _acknowledge(self) -> None:
            for each in self.desk.open(self.rule_id)[:1]:
                self.desk.changes.acknowledge(each.alert.alert_id, "ann", None)

        def _resolve(self) -> None:
            for each in self.desk.open(self.rule_id)[:1]:
                self.desk.changes.resolve(each.alert.alert_id, "ann", None)

        def _edit(self) -> None:
            self.desk.edits.replace(self.desk.rules.get(self.rule_id), request(**self.definition))

        def _delete(self) -> None:
            self.desk.edits.delete(self.rule_id)

        def _silence(self) -> None:
            until = self.desk.clock() + 2 * STEP
            try:
                self.desk.edits.silence(self.rule_id, silence(until), "ann")
            finally:
                found = self.desk.rules.find(self.rule_id)  # a crash may have come before the write or after it
                if found is not None and found.silence is not None and found.silence.until == until:
                    self.silences.append((sortable(self.desk.clock()), sortable(until)))
                self.desk.clock.pass_by(timedelta(seconds=1))

        def _check_repaired(self) -> None:
            found = self.desk.rules.find(self.rule_id)
            for each in self.desk.open(self.rule_id):
                assert found is not None
                assert each.rule_version == found.version

        def _check_notifications(self) -> None:
            told = self.desk.notified(self.rule_id)
            for each in self.desk.all(self.rule_id):
                name = each.alert.alert_id
                assert (f"{name}:fired" in told) == each.is_announced, each
                if each.alert.status in OPEN:
                    assert each.is_announced
                for entry in each.alert.history[1:]:
                    change, at = f"{name}:{entry.status}", sortable(entry.at)
                    known = told.get(f"{name}:fired", "9") <= at
                    # A rule that is deleted is silenced no more.
                    expected = known and (entry.note == DELETED or not self._is_silenced(at))
                    assert (change in told) == expected, (change, at, told, self.silences)
                changes = 1 + len(each.alert.history)
                assert len([it for it in told if it.startswith(name)]) <= changes

        def _is_silenced(self, at: str) -> bool:
            """Whether the silence that was in force at a time lasted until then."""
            latest = [until for since, until in self.silences if since < at]
            return bool(latest) and at < latest[-1]

    return Alerts


def test_whatever_happens_no_alert_and_no_notification_is_lost_or_doubled(scripted_platform: Platform) -> None:
    run_state_machine_as_test(
        machine(scripted_platform),
        settings=settings(
            max_examples=examples(100),
            stateful_step_count=sized(quick=15, thorough=30),
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],
        ),
    )


_STORY = ((5.0,), (12.0, 5.0, 13.0), (13.0,), (4.0, 12.0))
"""The values of windows, by the evaluations between which they arrive."""


def live(desk: Desk) -> None:
    """Let what is left of the story happen."""
    done = len(desk.script.values)
    for values in _STORY:
        if done >= len(values):
            done -= len(values)
        else:
            desk.say(*values[done:])
            done = 0
            desk.evaluate()


@pytest.mark.parametrize("side", CrashPoint)
def test_a_crash_at_any_write_is_repaired_by_the_next_evaluation(desk: Desk, side: CrashPoint) -> None:
    rule = desk.create()
    writes = desk.platform.injector.count(lambda: live(desk))
    expected = desk.happened(rule.rule_id)

    assert len(expected) == 3
    for step in steps(writes):
        desk.platform.empty()
        again = Desk(desk.platform)
        rule = again.create()
        with desk.platform.injector.killing(step, side):
            live(again)
        again.evaluate()
        live(again)

        told = [each.partition(":") for each in again.notified(rule.rule_id)]
        changes = [
            (each.alert.alert_id, "fired" if entry.status in OPEN else entry.status)
            for each in again.all(rule.rule_id)
            for entry in each.alert.history
        ]
        assert again.happened(rule.rule_id) == expected
        assert sorted((name, change) for name, _, change in told) == sorted(changes)
        again.check(rule.rule_id)
