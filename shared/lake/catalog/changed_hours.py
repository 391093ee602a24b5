"""From which hour on days have changed since their roll-ups were computed.

A stream changes the last hours of today, many times between two computations of its roll-ups. The hours before are as
in the roll-ups, so only the others have to be read from the base.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

ChangedHours: TypeAlias = Mapping[str, Mapping[int, int]]
"""By day, the first UTC hour that each of the commits changed which its roll-ups do not include.

A day is there only while this is known of all of these commits, and none of them changed its first hour.
"""

_MOST_DAYS, _MOST_COMMITS = 8, 50


@dataclass(frozen=True)
class RecordedDay:
    """The number of the last commit to a day, and of that up to which the roll-ups of the day include the base."""

    last: int
    included: int


def with_commit(known: ChangedHours, day: str, recorded: RecordedDay, sequence: int, hour: int) -> ChangedHours:
    """Record that a commit changed a day from an hour on.

    Args:
        known: what is known of the commits before.
        day: the day.
        recorded: the day as it was recorded before.
        sequence: the number of the commit.
        hour: the first hour that it changed; 0 if that is unknown.
    """
    others = {each: hours for each, hours in known.items() if each != day}
    commits = _after(recorded.included, known.get(day, {}))
    is_known = recorded.last <= recorded.included or recorded.last in commits
    if not is_known or hour == 0:
        return others
    commits[sequence] = min(hour, commits.get(sequence, hour))
    return dict(sorted({**others, day: _thinned(commits)}.items())[-_MOST_DAYS:])


def first_changed_hour(known: ChangedHours, day: str, recorded: RecordedDay) -> int:
    """Return the hour from which on a day may differ from its roll-ups; 0 if that is unknown."""
    commits = _after(recorded.included, known.get(day, {}))
    return min(commits.values()) if recorded.last in commits else 0


def without_included(known: ChangedHours, included: Mapping[str, int]) -> ChangedHours:
    """Return what is known of the commits that the roll-ups of each day do not include."""
    left = {day: _after(included[day], commits) for day, commits in known.items()}
    return {day: commits for day, commits in left.items() if commits}


def to_map(known: ChangedHours) -> dict[str, dict[str, int]] | None:
    """Write what is known as a map of DynamoDB, whose keys are text; None if it is nothing."""
    return {day: {str(number): hour for number, hour in commits.items()} for day, commits in known.items()} or None


def from_map(stored: Mapping[str, Mapping[str, int]]) -> ChangedHours:
    """Read what `to_map` wrote."""
    return {day: {int(number): int(hour) for number, hour in commits.items()} for day, commits in stored.items()}


def _after(included: int, commits: Mapping[int, int]) -> dict[int, int]:
    return {number: hour for number, hour in commits.items() if number > included}


def _thinned(commits: dict[int, int]) -> dict[int, int]:
    """Let the second of too many commits stand for the first, too."""
    if len(commits) <= _MOST_COMMITS:
        return commits
    first, second, *_ = sorted(commits)
    others = {number: hour for number, hour in commits.items() if number != first}
    return {**others, second: min(commits[first], commits[second])}
