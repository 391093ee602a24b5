"""Asks the lake questions about decisions: one statement for all parts of an answer, cached."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from shared.athena.pinned_queries import Dependency, LakeQuery
from shared.athena.sql import Statement
from shared.fraud.answers import ANSWERS, FraudAnswer, read_answer
from shared.fraud.planner import read_counts, whole
from shared.fraud.queries import counts, late_fraud, ranking, recent
from shared.fraud.queries.parts import statement
from shared.fraud.question import FraudQuestion
from shared.lake.catalog.rollup_tables import DECISIONS_DAILY_BY_ONE
from shared.lake.catalog.tables import EXCHANGE_RATES
from shared.metrics.split import LAST_MOMENT, DirtyDays, Interval
from shared.records.schema import DataType
from shared.runtime.errors import Unavailable
from shared.runtime.observability import logger

if TYPE_CHECKING:
    from shared.athena.pinned_queries import LakeView, PinnedQueries

STATES = (str(DataType.DECISIONS), EXCHANGE_RATES.name)
"""The tables whose states answers depend on; that of decisions has the snapshot of the labels."""

_LABELS = str(DataType.LABELS)
_RETRY_SECONDS = 5
_ENOUGH = 20
"""Number of newest decisions in an answer."""


class Part(StrEnum):
    """A part of an answer."""

    COUNTS = "counts"
    CURVE = "curve"
    MISSED = "missed"
    SCORES = "scores"
    CARDS = "cards"
    LATENCY = "latency"
    MINUTES = "minutes"
    RECENT = "recent"


class Asked(NamedTuple):
    """A question, with what its statement depends on beside it."""

    question: FraudQuestion
    dirty_days: DirtyDays
    has_labels: bool
    currency: str
    newest: Interval


Query = Callable[[Asked], Statement]


def _counts(asked: Asked) -> Statement:
    reading = read_counts(asked.question, asked.dirty_days)
    return counts.counts(asked.question, reading, currency=asked.currency, has_labels=asked.has_labels)


def _curve(asked: Asked) -> Statement:
    return late_fraud.curve(asked.question, asked.dirty_days, has_labels=asked.has_labels)


def _missed(asked: Asked) -> Statement:
    return late_fraud.missed(asked.question, asked.dirty_days, currency=asked.currency, has_labels=asked.has_labels)


_QUERIES: Mapping[Part, tuple[tuple[str, ...], Query]] = {
    Part.COUNTS: (counts.COLUMNS, _counts),
    Part.CURVE: (late_fraud.CURVE_COLUMNS, _curve),
    Part.MISSED: (late_fraud.MISSED_COLUMNS, _missed),
    Part.SCORES: (
        ranking.SCORE_COLUMNS,
        lambda asked: ranking.scores(asked.question, has_labels=asked.has_labels),
    ),
    Part.CARDS: (ranking.CARD_COLUMNS, lambda asked: ranking.cards(asked.question, has_labels=asked.has_labels)),
    Part.LATENCY: (ranking.LATENCY_COLUMNS, lambda asked: ranking.latency(asked.question, asked.dirty_days)),
    Part.MINUTES: (ranking.MINUTE_COLUMNS, lambda asked: ranking.minutes(asked.question, asked.dirty_days)),
    Part.RECENT: (
        recent.COLUMNS,
        lambda asked: recent.recent(asked.question, asked.newest, has_labels=asked.has_labels),
    ),
}


def ask_all(asked: Asked, parts: Sequence[Part]) -> Statement:
    """Return the statement of the parts of an answer."""
    return statement([(part, _QUERIES[part][0], _QUERIES[part][1](asked)) for part in parts])


@dataclass(frozen=True, kw_only=True)
class DecisionReader:
    """Answers questions about decisions from the lake."""

    queries: "PinnedQueries"
    reporting_currency: str

    def view(self) -> "LakeView":
        """Return the tables as they are published now."""
        return self.queries.view(STATES)

    def first_decision_day(self, view: "LakeView") -> "str | None":
        """Return the first UTC day with decisions; None without any.

        Raises:
            Unavailable: it is unknown, because the states of tables cannot be read.
        """
        if view.states is None:
            raise Unavailable("The states of the tables cannot be read; retry later", retry_after=_RETRY_SECONDS)
        return view.first_day(STATES[0])

    def answer(
        self,
        question: FraudQuestion,
        parts: Sequence[Part],
        view: "LakeView",
        *,
        beside: Sequence[object] | None = None,
    ) -> FraudAnswer:
        """Return the parts of the answer to a question.

        Roll-ups may have decisions and labels from the near future, which clocks that are a little fast send. Then the
        question is asked again from the base. So it is for the newest decisions, if the last days have only a few.
        """
        found = self._ask(question, parts, view, beside)
        if found.has_future and question.is_current:
            found = self._ask(replace(question, is_current=False, as_of=found.as_of), parts, view, None)
        if Part.RECENT in parts and len(found.recent) < _ENOUGH and _newest(question, view) != whole(question):
            anywhere = replace(question, recent_days=None)
            return replace(found, recent=self._ask(anywhere, [Part.RECENT], view, None).recent)
        return found

    def _ask(
        self, question: FraudQuestion, parts: Sequence[Part], view: "LakeView", beside: Sequence[object] | None
    ) -> FraudAnswer:
        dirty = view.dirty_days(STATES[0], DECISIONS_DAILY_BY_ONE.name)
        named = self._statement(question, parts, view, dirty)
        query: LakeQuery[FraudAnswer] = LakeQuery(
            statement=named,
            identity=self._statement(question.identity, parts, view, {}),
            apart=("now" if question.is_current else "as of",),  # one may be a minute old, the other is of its time
            depends_on=dependencies(question, learns=Part.MISSED in parts or Part.CURVE in parts),
            form=ANSWERS,
            parse=partial(read_answer, as_of=question.as_of),
        )
        told, hit = self.queries.answer(query, view, beside=beside)
        logger().info("decisions read", tables=named.tables, cache_hit=hit, rows=len(told.result.counts))
        return told.result

    def _statement(
        self, question: FraudQuestion, parts: Sequence[Part], view: "LakeView", dirty: DirtyDays
    ) -> Statement:
        asked = Asked(
            question=question if view.uses_rollups else replace(question, is_current=False),
            dirty_days=dirty,
            has_labels=view.states is None or _LABELS in view.snapshots,
            currency=self.reporting_currency,
            newest=_newest(question, view),
        )
        return ask_all(asked, parts)


def _newest(question: FraudQuestion, view: "LakeView") -> Interval:
    """Return the end of the range in which the newest decisions are looked for: the last days with any."""
    asked = whole(question)
    state = (view.states or {}).get(STATES[0])
    days = sorted(state.days if state else ())
    within = [day for day in days if day <= (asked.end - LAST_MOMENT).date().isoformat()]
    most = question.recent_days
    if question.investigation_id is not None or most is None or len(within) <= most:
        return asked
    return Interval(max(asked.start, datetime.fromisoformat(within[-most]).replace(tzinfo=UTC)), asked.end)


def dependencies(question: FraudQuestion, *, learns: bool = False) -> tuple[Dependency, ...]:
    """Return the tables with their days; delays of labels are learned from all days before the range, too."""
    asked = whole(question)
    first, last = (moment.date().isoformat() for moment in (asked.start, max(asked.start, asked.end - LAST_MOMENT)))
    return (
        Dependency(STATES[0]) if learns else Dependency(STATES[0], first, last),
        Dependency(_LABELS),
        Dependency(EXCHANGE_RATES.name),
    )
