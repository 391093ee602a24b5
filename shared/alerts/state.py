"""What is remembered of a rule between evaluations: of each group, since when the condition holds, and its alert."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Self

from pydantic import TypeAdapter

UNGROUPED = ""
"""The key of the only group of a rule without `group_by`."""

EVALUATION = "!evaluation"
"""The key of the alert about evaluations that cannot be made."""

_OF_GROUP = "="


class Side(StrEnum):
    """The side of the threshold on which an alert fired."""

    HIGH = "high"
    LOW = "low"


@dataclass(frozen=True, kw_only=True)
class OpenAlert:
    """An open alert.

    Attributes:
        alert_id: its id.
        fired_at: end of the window by which it fired.
        side: the side of the threshold.
        peak: the value that went furthest; None if there were no data.
    """

    alert_id: str
    fired_at: datetime
    side: Side = Side.HIGH
    peak: float | None = None


@dataclass(frozen=True)
class Episode:
    """A time during which an alert was open, by the ends of windows; the end is exclusive, None while it is open."""

    start: datetime
    end: datetime | None = None

    def contains(self, moment: datetime) -> bool:
        """Whether a window that ends at this moment was judged while the alert was open."""
        return self.start <= moment and (self.end is None or moment < self.end)


@dataclass(frozen=True, kw_only=True)
class GroupState:
    """The state of one group.

    Attributes:
        since: end of the first window of those without a gap in which the condition holds; None if it does not.
        alert: the open alert.
        last_alert_id: the alert before the next one.
        alerts: number of alerts so far.
        held_at: end of the last window before a user resolved an alert; it and earlier windows raise no other.
        episodes: when alerts were open, as far as an anomaly leaves it out of its history.
    """

    since: datetime | None = None
    alert: OpenAlert | None = None
    last_alert_id: str | None = None
    alerts: int = 0
    held_at: datetime | None = None
    episodes: tuple[Episode, ...] = ()

    def closed(self, at: datetime, *, held: bool = False) -> Self:
        """Return the state after its alert was resolved; `held` if that was not because the condition cleared."""
        episodes = tuple(replace(each, end=each.end or at) for each in self.episodes)
        held_at = at if held else self.held_at
        return replace(self, since=None, alert=None, held_at=held_at, episodes=episodes)


@dataclass(frozen=True, kw_only=True)
class RuleState:
    """The state of a rule.

    Attributes:
        rule_version: the version of the rule that was evaluated.
        last_end: end of the last window that was judged.
        evaluated_at: when that was.
        seen: the commits of the tables that the last evaluation read.
        failures: number of evaluations in a row that could not be made.
        groups: the groups by key.
    """

    rule_version: int = 0
    last_end: datetime | None = None
    evaluated_at: datetime | None = None
    seen: Mapping[str, str] = field(default_factory=dict)
    failures: int = 0
    groups: Mapping[str, GroupState] = field(default_factory=dict)

    def of_version(self, version: int) -> Self:
        """Return the state with which another version of the rule begins; it keeps what concerns earlier alerts."""
        if self.rule_version == version:
            return self
        kept = {
            key: GroupState(last_alert_id=each.last_alert_id, alerts=each.alerts, episodes=each.episodes)
            for key, each in self.groups.items()
            if each.alerts
        }
        return type(self)(rule_version=version, groups=kept)

    def group(self, key: str) -> GroupState:
        """Return the state of a group."""
        return self.groups.get(key, GroupState())

    def with_group(self, key: str, group: GroupState) -> Self:
        """Return the state with another state of a group."""
        return replace(self, groups={**self.groups, key: group})

    @property
    def open_keys(self) -> tuple[str, ...]:
        """The keys of the groups with open alerts."""
        return tuple(key for key, each in self.groups.items() if each.alert)

    @property
    def open_groups(self) -> tuple[str, ...]:
        """The groups with open alerts."""
        return tuple(found for key in self.open_keys if (found := group_of(key)) is not None)


STATES: TypeAdapter[RuleState] = TypeAdapter(RuleState)
"""Serialises states."""


def key_of(group: str | None) -> str:
    """Return the key of a group, None without `group_by`."""
    return UNGROUPED if group is None else f"{_OF_GROUP}{group}"


def group_of(key: str) -> str | None:
    """Return the group of a key; None of rules without `group_by` and of alerts about evaluations."""
    return key[len(_OF_GROUP) :] if key.startswith(_OF_GROUP) else None


def alert_id(rule_id: str, key: str, number: int, now: datetime) -> str:
    """Return the id of an alert; ids sort by the time at which alerts are raised, and of one group by their number."""
    digest = hashlib.sha256(f"{rule_id}\0{key}\0{number}".encode()).hexdigest()[:12]
    return f"{now:%Y%m%dT%H%M%S}{now.microsecond // 1000:03d}Z-{number:05d}-{digest}"
