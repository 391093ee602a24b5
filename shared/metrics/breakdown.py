"""Builds the response for a metric by the values of a dimension: the groups in order, the rest last. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Self

from shared.metrics.facts import Dimension, Measure
from shared.metrics.models import MetricBreakdown, MetricCountry, MetricGroup, MetricTotal
from shared.metrics.numbers import value_of
from shared.metrics.periods import Measures, add_up
from shared.metrics.queries.rows import GroupRow, RangeKind
from shared.metrics.question import GroupedQuestion
from shared.records.countries import country_of
from shared.runtime.numbers import EXACT, ZERO, percentage
from shared.runtime.query_metadata import QueryMetadata, TimeRange

NONE, OTHER = "(none)", "(other)"

_REST = "+"
_PARTS_ADD_UP = {Measure.NET_AMOUNT, Measure.LINES, Measure.UNITS}


@dataclass(frozen=True)
class _Group:
    """The measures of a group in both ranges."""

    current: Measures
    previous: Measures


@dataclass(frozen=True)
class Groups:
    """The groups of a range by their labels, all of them together, and the numbers of records and excluded ones."""

    by_label: Mapping[str, _Group]
    whole: _Group
    records: int
    excluded: int

    @classmethod
    def of(cls, question: GroupedQuestion, rows: Sequence[GroupRow]) -> Self:
        """Group the rows of a query.

        All groups together are the rows without a label if there are any, otherwise the sum of the groups.
        """
        current, previous = (_of_range(rows, kind) for kind in (RangeKind.CURRENT, RangeKind.PREVIOUS))
        labels = dict.fromkeys(row.label for row in rows if row.label is not None)
        whole = _Group(*({**add_up(_labelled(each).values()), **each.get(None, {})} for each in (current, previous)))
        return cls(
            by_label={each: _Group(current.get(each, {}), previous.get(each, {})) for each in labels},
            whole=whole,
            records=int(whole.current.get(question.metric.fact.records, 0)),
            excluded=sum(row.excluded for row in rows if row.label is not None and row.period is RangeKind.CURRENT),
        )


def build_breakdown(
    question: GroupedQuestion, found: Groups, metadata: QueryMetadata, *, currency: str | None
) -> MetricBreakdown:
    """Build the response; `currency` is that of its amounts."""
    ordered = sorted(found.by_label.items(), key=lambda item: _place(question, *item))
    groups = [_group(question, label, group, found.whole) for label, group in ordered]
    by_region = question.group_by is Dimension.REGION
    return MetricBreakdown(
        metric_type=question.metric_type,
        group_by=question.group_by,
        time_range=TimeRange(start=question.start, end=question.end),
        currency=currency,
        groups=groups,
        unmatched=[each.name for each in groups if each.country is None] if by_region else None,
        summary=MetricTotal(**_total(question, found.whole)),
        metadata=metadata,
    )


def _of_range(rows: Sequence[GroupRow], kind: RangeKind) -> dict[str | None, Measures]:
    return {row.label: row.measures for row in rows if row.period is kind}


def _labelled(measures: Mapping[str | None, Measures]) -> Mapping[str, Measures]:
    return {label: each for label, each in measures.items() if label is not None}


def _place(question: GroupedQuestion, label: str, group: _Group) -> tuple[bool, bool, Decimal, str]:
    value = value_of(question.formula, group.current)
    return label == _REST, value is None, -(value or ZERO), label


def _group(question: GroupedQuestion, label: str, group: _Group, whole: _Group) -> MetricGroup:
    value = label.removeprefix("=") if label.startswith("=") else None
    name = OTHER if label == _REST else NONE if value is None else value
    country = country_of(value) if value is not None and question.group_by is Dimension.REGION else None
    total = _total(question, group)
    formula = question.formula
    adds_up = formula.denominator is None and formula.numerator in _PARTS_ADD_UP
    return MetricGroup(
        name=name,
        value=value,
        country=MetricCountry(**country._asdict()) if country else None,
        share=percentage(total["total"], _total(question, whole)["total"]) if adds_up else None,
        additional_metrics={each: group.current.get(each, ZERO) for each in question.metric.supporting_measures},
        **total,
    )


def _total(question: GroupedQuestion, group: _Group) -> dict[str, Any]:
    total, before = (value_of(question.formula, each) or ZERO for each in (group.current, group.previous))
    change = EXACT.subtract(total, before)
    return {
        "total": total,
        "change_from_previous": change,
        "change_percentage": percentage(change, before),
    }
