"""Where a roll-up ends and the base begins: the units of time that a range cuts are told by the base alone. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from shared.metrics.buckets import Granularity
from shared.metrics.facts import Grain, Source
from shared.metrics.question import Question

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, order=True)
class Stretch:
    """A half-open piece of time."""

    start: datetime
    end: datetime


@dataclass(frozen=True)
class Cut:
    """Which stretches a roll-up tells and which the base; together they are all that a question is about."""

    rolled: tuple[Stretch, ...]
    base: tuple[Stretch, ...]


def cut(question: Question, source: Source) -> Cut:
    """Part the time that a question is about between a roll-up and the base.

    A unit of the roll-up (an hour or a day of UTC) is told by it where both ranges hold it whole or not at all. What
    came before both, where a fact looks back, is one bucket of its own.
    """
    fact = question.metric.fact
    since = min(question.known_since, question.previous_start) if fact.looks_back else question.previous_start
    if source is Source.BASE:
        return Cut((), (Stretch(since, question.end),))
    grain = fact.tables[source].grain
    torn = [Stretch(max(each.start, since), min(each.end, question.end)) for each in _torn(question, grain)]
    return Cut(tuple(_between(torn, Stretch(since, question.end))), tuple(torn))


def tables_of(question: Question, source: Source) -> tuple[str, ...]:
    """The tables that tell a question's parts."""
    parts, tables = cut(question, source), question.metric.fact.tables
    read = ((parts.rolled, tables[source]), (parts.base, tables[Source.BASE]))
    return tuple(table.name for stretches, table in read if stretches)


def buckets_fit(question: Question, grain: Grain) -> bool:
    """Whether every bucket begins with a unit of UTC, so that a unit lies in one bucket."""
    if grain is Grain.DAY and question.granularity is Granularity.HOURLY:
        return False
    turns = [shift.since for shift in question.clock[1:]]
    return not any(shift.offset % grain.unit for shift in question.clock) and all(
        floor(turn, grain.unit) == turn for turn in turns
    )


def floor(moment: datetime, unit: timedelta) -> datetime:
    """The beginning of the hour or day of UTC that holds a moment."""
    return moment - (moment - _EPOCH) % unit


def _torn(question: Question, grain: Grain) -> list[Stretch]:
    """The units that only the base can tell, in order, none twice."""
    unit = grain.unit
    if not buckets_fit(question, grain):
        return [Stretch(floor(question.previous_start, unit), question.end)]
    edges = (question.previous_start, question.start, question.end)
    begun = sorted({floor(edge, unit) for edge in edges if floor(edge, unit) != edge})
    return [Stretch(start, start + unit) for start in begun]


def _between(torn: Sequence[Stretch], whole: Stretch) -> Iterator[Stretch]:
    reached = whole.start
    for each in torn:
        if reached < each.start:
            yield Stretch(reached, each.start)
        reached = each.end
    if reached < whole.end:
        yield Stretch(reached, whole.end)
