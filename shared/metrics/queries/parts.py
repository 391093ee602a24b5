"""The pieces that the statements of all facts share: which rows, and which bucket each lies in."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import reduce
from itertools import chain, pairwise, repeat
from operator import add

from shared.athena.sql import Statement, Value
from shared.metrics.buckets import Shift
from shared.metrics.cut import HOUR, LAST_MOMENT, Stretch
from shared.metrics.facts import CURRENCY
from shared.metrics.queries.rows import Span
from shared.metrics.question import Question
from shared.records.validation import EARLIEST

_MOMENT = "CAST(? AS timestamp)"


def joined(parts: Iterable[Statement]) -> Statement:
    """Write statements one behind the other."""
    return reduce(add, parts)


def either(selects: Sequence[Statement]) -> Statement:
    """Put the rows of several selects together."""
    rest = (Statement("UNION ALL") + each for each in selects[1:])
    return joined([selects[0], *rest])


def day(moment: datetime) -> str:
    """The UTC day of a moment, as partitions are named."""
    return moment.date().isoformat()


def on_days(stretches: Sequence[Stretch]) -> Statement:
    """Read only the partitions of some stretches."""
    return _any("dt BETWEEN ? AND ?", [(day(each.start), day(each.end - LAST_MOMENT)) for each in stretches])


def within(column: str, stretches: Sequence[Stretch]) -> Statement:
    """Read only the rows of some stretches, of their partitions alone."""
    moments = f"{column} >= {_MOMENT} AND {column} < {_MOMENT}"
    return joined([on_days(stretches), Statement("AND"), _any(moments, [(each.start, each.end) for each in stretches])])


def hours_of(column: str, stretches: Sequence[Stretch]) -> Statement:
    """Read of a roll-up by the hour only the hours of some stretches, of their partitions alone."""
    first, last = stretches[0], stretches[-1]
    bounds = Statement(f"AND {column} >= {_MOMENT} AND {column} < {_MOMENT}", (first.start, last.end))
    holes = [(before.end, after.start - HOUR) for before, after in pairwise(stretches)]
    return joined([on_days([Stretch(first.start, last.end)]), bounds, *_but_for(column, _MOMENT, holes)])


def days_of(stretches: Sequence[Stretch]) -> Statement:
    """Read of a roll-up by the day only the days of some stretches."""
    holes = [(day(before.end), day(after.start - LAST_MOMENT)) for before, after in pairwise(stretches)]
    return joined([on_days([Stretch(stretches[0].start, stretches[-1].end)]), *_but_for("dt", "?", holes)])


def _but_for(column: str, mark: str, holes: Sequence[tuple[Value, Value]]) -> Iterator[Statement]:
    """Leave out some units, each told by the first and the last of them: looking one up costs less than a range."""
    alone = tuple(first for first, last in holes if first == last)
    if alone:
        yield Statement(f"AND {column} NOT IN ({', '.join([mark] * len(alone))})", alone)
    for first, last in holes:
        if first != last:
            yield Statement(f"AND {column} NOT BETWEEN {mark} AND {mark}", (first, last))


def _any(condition: str, values: Sequence[tuple[Value, Value]]) -> Statement:
    alternatives = " OR ".join([condition] * len(values))
    return Statement(f"({alternatives})", tuple(value for pair in values for value in pair))


def one_of(column: str, values: Sequence[str]) -> Statement:
    """Whether a column has one of some values."""
    return Statement(f"{column} IN ({', '.join('?' * len(values))})", tuple(values))


def told_of(question: Question) -> tuple[str, ...]:
    """The columns that the filters look at."""
    return tuple(dimension.value for dimension in question.filters)


def filtered(question: Question) -> Iterator[Statement]:
    """Keep the rows of which every dimension asked for has one of its values, and of the currency asked for."""
    conditions = [one_of(dimension, values) for dimension, values in question.filters.items()]
    if question.currency is not None:
        conditions.append(Statement(f"{CURRENCY} = ?", (question.currency,)))
    for word, condition in zip(chain(["WHERE"], repeat("AND")), conditions, strict=False):
        yield Statement(word) + condition


def placed(question: Question) -> Statement:
    """Tell of every row of `lines` in which range and which bucket its moment lies."""
    return joined([Statement("SELECT *,"), period(question), Statement("AS period,"), bucket(question), _BUCKETED])


_BUCKETED = Statement("AS bucket FROM lines")


def period(question: Question) -> Statement:
    """In which of the two ranges a moment lies."""
    values = (question.start, Span.PREVIOUS.value, Span.CURRENT.value)
    return Statement("CASE WHEN moment < CAST(? AS timestamp) THEN ? ELSE ? END", values)


def bucket(question: Question) -> Statement:
    """The wall clock's name of the bucket in which a moment lies."""
    shifted = _shifted(_relevant(question.clock, question.previous_start))
    return joined([Statement(f"date_trunc('{question.granularity.unit}',"), shifted, Statement(")")])


def _relevant(clock: Sequence[Shift], start: datetime) -> Sequence[Shift]:
    """Leave out what the clock did before the range, or before there can be records."""
    earliest = max(start, EARLIEST)
    over = [place for place, shift in enumerate(clock) if shift.since <= earliest]
    return clock[max(over, default=0) :]


def _shifted(clock: Sequence[Shift]) -> Statement:
    offsets = [int(shift.offset.total_seconds()) for shift in clock]
    if not any(offsets):
        return Statement("moment")
    if len(clock) == 1:
        return Statement("date_add('second', ?, moment)", (offsets[0],))
    cases = [
        Statement("WHEN moment < CAST(? AS timestamp) THEN ?", (after.since, offset))
        for offset, after in zip(offsets, clock[1:], strict=False)
    ]
    return joined([Statement("date_add('second', CASE"), *cases, Statement("ELSE ? END, moment)", (offsets[-1],))])
