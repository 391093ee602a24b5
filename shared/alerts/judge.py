"""Judges a rule by observed values, for live evaluations and previews alike. Pure.

Time is that of the data: a rule is judged at the ends of windows, so the same data raise the same alerts whenever they
are looked at. `now` only names alerts.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from shared.alerts.conditions import WEEKS, Compared, Comparison, NotEvaluated, Observation, compare
from shared.alerts.state import EVALUATION, Episode, GroupState, OpenAlert, RuleState, Side, alert_id
from shared.alerts.vocabulary import ConditionType, NoData

if TYPE_CHECKING:
    from shared.alerts.stored_rule import StoredRule

MOST_FAILURES = 3
"""Evaluations that fail in a row before there is an alert about it."""

_REMEMBERED = timedelta(weeks=WEEKS + 1)
_MOST_EPISODES = 60


class Change(StrEnum):
    """What an evaluation does to an alert."""

    FIRED = "fired"
    CONTINUED = "continued"
    CLEARED = "cleared"


@dataclass(frozen=True, kw_only=True)
class Transition:
    """A change of the alert of a group.

    Attributes:
        change: what happens.
        key: the key of the group.
        at: end of the window.
        alert: the alert; of `cleared` as it was before.
        state: the state of the group afterwards.
        value: the value, or the change in per cent; None without data.
        threshold: the threshold, in the same unit.
        previous_alert_id: the alert before it.
    """

    change: Change
    key: str
    at: datetime
    alert: OpenAlert
    state: GroupState
    value: float | None
    threshold: float
    previous_alert_id: str | None


@dataclass(frozen=True)
class Judgement:
    """The state of a rule after a window, the changes of alerts that lead to it, and why groups were not evaluated."""

    state: RuleState
    transitions: tuple[Transition, ...] = ()
    not_evaluated: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Verdict:
    """What a comparison means for an alert that fired on some side, or for none."""

    holds: bool
    has_cleared: bool
    value: float | None
    threshold: float
    side: Side


@dataclass(frozen=True)
class _Turn:
    """The group of a rule whose turn it is, the end of the window, and the present moment."""

    rule: "StoredRule"
    key: str
    at: datetime
    now: datetime


def judge(
    rule: "StoredRule", state: RuleState, at: datetime, observed: Mapping[str, Observation], now: datetime
) -> Judgement:
    """Judge a rule by one window.

    The same window may be judged again, with the same observations (which changes nothing) or others.

    Args:
        rule: the rule.
        state: its state before.
        at: end of the window.
        observed: what was observed of each group; a group with an open alert that is missing has no data.
        now: the present moment.
    """
    state = state.of_version(rule.version)
    transitions: list[Transition] = []
    reasons: list[str] = []
    for key in sorted({*observed, *state.open_keys} - {EVALUATION}):
        group = _forget(state.group(key), at)
        compared = compare(
            rule.definition.condition,
            rule.definition.recovery,
            observed.get(key, Observation(value=None)),
            group.episodes,
        )
        verdict = _verdict(rule, compared, group)
        if verdict is None:
            reasons += [compared.reason] if isinstance(compared, NotEvaluated) else ["no data"]
        else:
            group, transition = _advance(_Turn(rule, key, at, now), group, verdict)
            transitions += [] if transition is None else [transition]
        if group != GroupState() or key in state.groups:
            state = state.with_group(key, group)
    return Judgement(replace(state, last_end=at), tuple(transitions), tuple(reasons))


def judge_evaluation(rule: "StoredRule", state: RuleState, *, has_failed: bool, now: datetime) -> Judgement:
    """Judge whether a rule can be evaluated: three failures in a row raise an alert, a success clears it."""
    state = state.of_version(rule.version)
    failures = state.failures + 1 if has_failed else 0
    state = replace(state, failures=failures)
    group, value = state.group(EVALUATION), float(failures)
    if group.alert is None and not has_failed:
        return Judgement(state)
    verdict = _Verdict(failures >= MOST_FAILURES, not has_failed, value, MOST_FAILURES, Side.HIGH)
    group, transition = _move(_Turn(rule, EVALUATION, now, now), group, verdict)
    return Judgement(state.with_group(EVALUATION, group), () if transition is None else (transition,))


def _verdict(rule: "StoredRule", compared: Compared, group: GroupState) -> _Verdict | None:
    """Return what a comparison means; None if it decides nothing."""
    if isinstance(compared, Comparison):
        has_cleared = group.alert is not None and compared.has_cleared(group.alert.side)
        return _Verdict(compared.holds, has_cleared, compared.shown, compared.threshold, compared.side)
    if isinstance(compared, NotEvaluated) or rule.definition.no_data is NoData.IGNORE:
        return None
    fires = rule.definition.no_data is NoData.FIRE
    return _Verdict(fires, not fires, None, _limit(rule), Side.LOW if _is_lower_bound(rule) else Side.HIGH)


def _is_lower_bound(rule: "StoredRule") -> bool:
    return rule.definition.condition.type in {ConditionType.BELOW, ConditionType.CHANGE_BELOW}


def _limit(rule: "StoredRule") -> float:
    """Return the threshold that alerts without data show."""
    condition = rule.definition.condition
    limits = (condition.threshold, condition.low, condition.percent, condition.k)
    return next((each for each in limits if each is not None), 0.0)


def _advance(turn: _Turn, group: GroupState, verdict: _Verdict) -> tuple[GroupState, Transition | None]:
    """Return the state of a group after a window that decides something."""
    if group.alert is not None:
        return _move(turn, group, verdict)
    at = turn.at
    if not verdict.holds or (group.held_at is not None and at <= group.held_at):
        return replace(group, since=None), None
    since = min(group.since or at, at)
    group = replace(group, since=since)
    return (group, None) if at - since < turn.rule.definition.for_ else _move(turn, group, verdict)


def _move(turn: _Turn, group: GroupState, verdict: _Verdict) -> tuple[GroupState, Transition | None]:
    """Fire, continue or clear the alert of a group."""
    alert, previous = group.alert, group.last_alert_id
    if alert is None:
        if not verdict.holds:
            return group, None
        group, alert, change = *_fire(turn, group, verdict), Change.FIRED
    elif verdict.has_cleared:
        group, change = group.closed(turn.at), Change.CLEARED
    else:
        side = verdict.side if alert.peak is None else alert.side  # until now it had no value to be on a side
        alert = replace(alert, side=side, peak=_peak(replace(alert, side=side), verdict.value))
        group, change = replace(group, alert=alert), Change.CONTINUED
    moved = Transition(
        change=change,
        key=turn.key,
        at=turn.at,
        alert=alert,
        state=group,
        value=verdict.value,
        threshold=verdict.threshold,
        previous_alert_id=previous,
    )
    return group, moved


def _fire(turn: _Turn, group: GroupState, verdict: _Verdict) -> tuple[GroupState, OpenAlert]:
    name = alert_id(turn.rule.rule_id, turn.key, group.alerts + 1, turn.now)
    alert = OpenAlert(alert_id=name, fired_at=turn.at, side=verdict.side, peak=verdict.value)
    is_compared = turn.rule.definition.condition.type is ConditionType.ANOMALY and turn.key != EVALUATION
    episodes = (*group.episodes[1 - _MOST_EPISODES :], Episode(turn.at)) if is_compared else ()
    fired = replace(group, alert=alert, last_alert_id=name, alerts=group.alerts + 1, episodes=episodes)
    return fired, alert


def _forget(group: GroupState, at: datetime) -> GroupState:
    """Return the state without episodes that no history reaches."""
    kept = tuple(each for each in group.episodes if each.end is None or at - each.end <= _REMEMBERED)
    return group if kept == group.episodes else replace(group, episodes=kept)


def _peak(alert: OpenAlert, value: float | None) -> float | None:
    """Return the value that went furthest beyond the threshold so far."""
    known = list(_values(alert.peak, value))
    if not known:
        return None
    return max(known) if alert.side is Side.HIGH else min(known)


def _values(*values: float | None) -> Iterator[float]:
    yield from (each for each in values if each is not None)
