"""Where a roll-up ends and the base begins: what a range or a bucket cuts is the base's to tell. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from shared.metrics.buckets import Granularity
from shared.metrics.facts import Grain, Source
from shared.metrics.question import Question

MOST_STRETCHES = 200
"""In how many pieces the base is read beside a roll-up; each takes a line of the statement."""

HOUR = timedelta(hours=1)
LAST_MOMENT = timedelta(milliseconds=1)
"""How far the last moment of a half-open stretch is from its end."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)


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

    A unit of the roll-up (an hour or a day of UTC) is told by it where it lies in one bucket of one range. What came
    before both ranges, where a fact looks back, is one bucket of its own.
    """
    fact = question.metric.fact
    since = min(question.known_since, question.previous_start) if fact.looks_back else question.previous_start
    if source is Source.BASE:
        return Cut((), (Stretch(since, question.end),))
    torn = _torn(question, fact.tables[source].grain)
    base = [Stretch(max(each.start, since), min(each.end, question.end)) for each in torn]
    return Cut(tuple(_between(base, Stretch(since, question.end))), tuple(base))


def tables_of(question: Question, source: Source, parts: Cut) -> tuple[str, ...]:
    """The tables that tell the parts of a question."""
    tables = question.metric.fact.tables
    read = ((parts.rolled, tables[source]), (parts.base, tables[Source.BASE]))
    return tuple(table.called(question.filters) for stretches, table in read if stretches)


def days_of(stretches: Iterable[Stretch]) -> int:
    """How many partitions some stretches, which do not overlap, lie in."""
    days, reached = 0, date.min
    for each in sorted(stretches):
        first, last = max(each.start.date(), reached), (each.end - LAST_MOMENT).date()
        days += (last - first).days + 1
        reached = last + _DAY
    return days


def _floor(moment: datetime, unit: timedelta) -> datetime:
    """The beginning of the hour or day of UTC that holds a moment."""
    return moment - (moment - _EPOCH) % unit


def _torn(question: Question, grain: Grain) -> list[Stretch]:
    """What only the base can tell: the units within which a range or a bucket begins or ends, side by side or apart."""
    begun = sorted({begin for edge in _edges(question, grain) if (begin := _floor(edge, grain.unit)) != edge})
    torn: list[Stretch] = []
    for begin in begun:
        goes_on = bool(torn) and torn[-1].end == begin
        torn.append(Stretch(torn.pop().start if goes_on else begin, begin + grain.unit))
    if len(torn) > MOST_STRETCHES:
        return [Stretch(_floor(question.previous_start, grain.unit), question.end)]
    return torn


def _edges(question: Question, grain: Grain) -> Iterator[datetime]:
    yield from (question.previous_start, question.start, question.end)
    if not _begin_with_units(question, grain):
        buckets = (*question.previous_buckets, *question.buckets)
        yield from (bucket.start for bucket in buckets if bucket.start > question.previous_start)


def _begin_with_units(question: Question, grain: Grain) -> bool:
    """Whether all buckets begin with a unit of UTC, told without looking at each."""
    if grain is Grain.DAY and question.granularity is Granularity.HOURLY:
        return False
    turns = (shift.since for shift in question.clock[1:])
    shifts = (shift.offset % grain.unit for shift in question.clock)
    return not any(shifts) and all(_floor(turn, grain.unit) == turn for turn in turns)


def _between(torn: Sequence[Stretch], whole: Stretch) -> Iterator[Stretch]:
    reached = whole.start
    for each in torn:
        if reached < each.start:
            yield Stretch(reached, each.start)
        reached = each.end
    if reached < whole.end:
        yield Stretch(reached, whole.end)
