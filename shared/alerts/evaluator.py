"""Evaluates rules: after commits to their tables, and by the clock for windows that move.

A pass asks each distinct question once. The state of a rule records the commits that it has seen, so a lost event only
delays an evaluation by a minute. State is stored on condition of its version: if two passes evaluate the same rule, the
findings of one are stored and those of the other dropped. After a crash, the next pass evaluates the rule again from
the stored state.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from shared.alerts.conditions import Observation
from shared.alerts.judge import Judgement, judge, judge_evaluation
from shared.alerts.readings.observer import question_count
from shared.alerts.rule_changes import orphaned
from shared.alerts.rule_store import AlertRuleStore, RuleChanged, StoredState
from shared.alerts.state import EVALUATION, UNGROUPED, RuleState
from shared.alerts.vocabulary import NoData
from shared.alerts.windows import ends
from shared.fraud.steps import floor
from shared.runtime.observability import count, logger

if TYPE_CHECKING:
    from shared.alerts.alert_store import AlertStore
    from shared.alerts.changes import AlertChanges
    from shared.alerts.horizon import Horizon, Horizons
    from shared.alerts.readings.observer import Observer
    from shared.alerts.stored_alert import StoredAlert
    from shared.alerts.stored_rule import StoredRule
    from shared.runtime.models import Clock

_AT_ONCE = 8
_TRIES = 3
_MOST_WINDOWS, _MOST_QUESTIONS = 200, 20
"""Windows of a rule that one pass judges, and questions for more than one of them; older windows are left out."""

_NEW = StoredState(RuleState())


class _End(StrEnum):
    """How the evaluation of a rule ended."""

    EVALUATED = "evaluated"
    IDLE = "idle"
    FAILED = "failed"
    LEFT = "left"


@dataclass(frozen=True, kw_only=True)
class Evaluated:
    """What a pass did: rules evaluated, failed and left for the next pass, and distinct questions asked."""

    rules: int
    failed: int
    left: int
    questions: int


@dataclass(frozen=True)
class _Pass:
    """What one pass knows: the moment, the horizon of the data, and the questions asked so far."""

    horizon: "Horizon"
    observer: "Observer"

    @property
    def now(self) -> datetime:
        return self.horizon.now


@dataclass(frozen=True, kw_only=True)
class AlertEvaluator:
    """Evaluates all rules that are due."""

    rules: AlertRuleStore
    alerts: "AlertStore"
    changes: "AlertChanges"
    observer: "Observer"
    horizons: "Horizons"
    clock: "Clock"

    def evaluate(self, has_time: Callable[[], bool] = lambda: True) -> Evaluated:
        """Evaluate every rule that is due; open alerts come first, so that what a crash has left does not wait."""
        now, everything = self.clock(), self.rules.list_all()
        self._look_after_open_alerts({each.rule_id: each for each in everything})
        states = self.rules.states()
        rules = [each for each in everything if each.definition.enabled]
        due = [each for each in rules if _is_due(each, states.get(each.rule_id), now)]
        turn = _Pass(self.horizons.at(now, due), self.observer.of_pass())

        def evaluate(rule: "StoredRule") -> _End:
            return self._try(rule, states.get(rule.rule_id, _NEW), turn) if has_time() else _End.LEFT

        with ThreadPoolExecutor(_AT_ONCE) as pool:
            started = [pool.submit(copy_context().run, evaluate, rule) for rule in due]
            found = Counter(each.result() for each in started)
        count("AlertEvaluationsFailed", found[_End.FAILED])
        return Evaluated(
            rules=found[_End.EVALUATED],
            failed=found[_End.FAILED],
            left=found[_End.LEFT],
            questions=turn.observer.asked,
        )

    def _look_after_open_alerts(self, rules: "dict[str, StoredRule]") -> None:
        """Resolve open alerts whose rule was changed or deleted, and announce those that outlast a silence."""
        for each in self.alerts.list_open():
            try:
                self._look_after(each, rules.get(each.alert.rule_id))
            except Exception as error:  # noqa: BLE001 # logged; one alert must not hold up all rules
                logger().warning("an open alert is left", exc_info=error, extra={"alert_id": each.alert.alert_id})
                count("OpenAlertsLeft")

    def _look_after(self, found: "StoredAlert", rule: "StoredRule | None") -> None:
        note = orphaned(found.rule_version, rule)
        if note:
            self.changes.resolve_as_system(found.alert.alert_id, note)
        elif rule and not found.is_announced and not rule.is_silenced(self.clock()):
            self.changes.announce(rule, found)

    def _try(self, rule: "StoredRule", stored: StoredState, turn: _Pass) -> _End:
        """Evaluate a rule; if its state was changed meanwhile, as it is now. One that was edited waits for a pass."""
        for _ in range(_TRIES):
            try:
                return self._evaluate(rule, stored, turn)
            except RuleChanged:
                current = self.rules.find(rule.rule_id)
                stored = self.rules.state(rule.rule_id)
                if current is None or not current.definition.enabled or not _is_due(current, stored, turn.now):
                    return _End.IDLE  # somebody else has evaluated it
                if current.version != rule.version:
                    return _End.LEFT  # the horizon of this pass may lack the data that it is about now
                rule = current
            except Exception as error:  # noqa: BLE001 # logged; one rule must not hold up the others
                return self._fail(rule, turn, error)
        return _End.LEFT

    def _evaluate(self, rule: "StoredRule", stored: StoredState, turn: _Pass) -> _End:
        state = stored.state.of_version(rule.version)
        windows, commits = _windows(rule, state, turn.horizon), turn.horizon.commits(rule)
        is_absent = turn.horizon.has_stopped(rule) and rule.definition.no_data is not NoData.IGNORE
        if not windows and not is_absent and not state.failures:
            return _End.IDLE
        observed = turn.observer.observe(rule, windows, turn.horizon.since(rule), state.open_groups) if windows else {}
        for end in windows:
            stored = self._apply(rule, stored, judge(rule, stored.state, end, observed[end], turn.now))
        if is_absent:
            stored = self._apply(rule, stored, _judge_absence(rule, stored.state, turn.now))
        stored = self._apply(rule, stored, judge_evaluation(rule, stored.state, has_failed=False, now=turn.now))
        state = replace(stored.state, evaluated_at=turn.now, seen=commits)
        self.rules.put_state(rule.rule_id, stored, state)
        return _End.EVALUATED

    def _apply(
        self, rule: "StoredRule", stored: StoredState, judgement: Judgement, reason: str | None = None
    ) -> StoredState:
        """Make the changes of a judgement, each with the state of its group; the rest of the state follows later."""
        for each in judgement.transitions:
            state = stored.state.of_version(rule.version).with_group(each.key, each.state)
            stored = self.changes.apply(rule, stored, state, each, reason)
        return StoredState(judgement.state, stored.version)

    def _fail(self, rule: "StoredRule", turn: _Pass, error: Exception) -> _End:
        logger().warning("a rule could not be evaluated", exc_info=error, extra={"rule_id": rule.rule_id})
        try:
            stored = self.rules.state(rule.rule_id)
            judgement = judge_evaluation(rule, stored.state, has_failed=True, now=turn.now)
            stored = self._apply(rule, stored, judgement, f"{type(error).__name__}: {error}")
            self.rules.put_state(rule.rule_id, stored, replace(stored.state, evaluated_at=turn.now))
        except Exception as again:  # noqa: BLE001 # as above; the next pass counts on
            logger().error("the failure of a rule could not be recorded", exc_info=again)
        return _End.FAILED


def _is_due(rule: "StoredRule", stored: StoredState | None, now: datetime) -> bool:
    """Whether a rule was not evaluated yet in the running interval of `evaluate_every`."""
    if stored is None or stored.state.evaluated_at is None or stored.state.rule_version != rule.version:
        return True
    every = rule.definition.evaluate_every
    return floor(now, every) > floor(stored.state.evaluated_at, every)


def _windows(rule: "StoredRule", state: RuleState, horizon: "Horizon") -> Sequence[datetime]:
    """Return the ends of the windows to judge.

    Those are the ones that have ended since the last evaluation; or the last one again, if its tables were committed
    to; or of a rule that was never evaluated, the latest one.
    """
    if not rule.subject.traits.has_history:
        return (horizon.now,)
    until = horizon.until(rule)
    if until is None:
        return ()
    latest = floor(until, rule.step)
    if state.last_end is None:
        return (latest,)
    found = tuple(ends(state.last_end, latest, rule.step))[-_MOST_WINDOWS:]
    while len(found) > 1 and question_count(rule, found) > _MOST_QUESTIONS:
        found = found[len(found) // 2 :]
    if found:
        return found
    may_differ = state.seen != horizon.commits(rule) or not rule.subject.data_types
    return (state.last_end,) if may_differ and state.last_end <= latest else ()


def _judge_absence(rule: "StoredRule", state: RuleState, now: datetime) -> Judgement:
    """Judge the running time of a rule whose data have stopped; windows that arrive late are judged all the same."""
    keys = [key for key in state.groups if key != EVALUATION] or [UNGROUPED]
    found = judge(rule, state, floor(now, rule.step), {key: Observation(value=None) for key in keys}, now)
    return replace(found, state=replace(found.state, last_end=state.last_end))
