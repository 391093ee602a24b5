"""What rules are about: the metrics that a rule can name, and what each kind allows. Pure.

A metric is written `revenue:sum`, `fraud_rate`, `bounds:low:fraud_rate`, `drift:amount`, `quality_score`,
`pipeline:merge:freshness` or `ingest:web-shop:silence`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType

from shared.decisions.configuration import ServiceLevels
from shared.fraud.cohort_ids import Dimension as CohortDimension
from shared.fraud.kpis import KPIS
from shared.metrics.catalogue import METRICS, Additivity, Aggregation, Metric, MetricType
from shared.metrics.facts import CURRENCY
from shared.records.schema import DataType

PIPELINES = tuple(str(field.alias) for field in ServiceLevels.model_fields.values())
"""The ids of the pipelines, each of which has a service level."""

_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
_AMOUNTS = {"false_positive_cost", "fraud_loss"}
_RATES_IN_TIME = {"decision_throughput"}


class Kind(StrEnum):
    """The kinds of metrics, by where their values come from."""

    BUSINESS = "business"
    KPI = "kpi"
    DRIFT = "drift"
    QUALITY = "quality"
    PIPELINE = "pipeline"
    SILENCE = "silence"


class Bound(StrEnum):
    """The end of the range within which a KPI will be once all labels have come."""

    LOW = "low"
    HIGH = "high"


class PipelineMeasure(StrEnum):
    """What is judged of a pipeline."""

    FRESHNESS = "freshness"
    COMPLETENESS = "completeness"


@dataclass(frozen=True)
class Values:
    """The values that a metric can have; None where there is no limit."""

    low: float | None = None
    high: float | None = None

    def __str__(self) -> str:
        if self.high is None:
            return "any number" if self.low is None else f"at least {self.low:g}"
        return f"{self.low:g} to {self.high:g}"


ANY, NOT_NEGATIVE, RATIO, SCORE = Values(), Values(0), Values(0, 1), Values(0, 100)


@dataclass(frozen=True, kw_only=True)
class Traits:
    """What a kind of metric allows.

    Attributes:
        grain: the resolution of its data: windows are whole multiples of it and end with it.
        has_history: whether values of past windows are known; otherwise only the present value is judged.
        can_be_provisional: whether its windows may end at the present instead of the watermark.
        filters: the fields of `filters`.
        single: those of them that take one value.
        groups: the fields of `group_by`.
    """

    grain: timedelta
    has_history: bool = True
    can_be_provisional: bool = True
    filters: tuple[str, ...] = ()
    single: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


_COHORTS = tuple(map(str, CohortDimension))
TRAITS: Mapping[Kind, Traits] = MappingProxyType(
    {
        Kind.BUSINESS: Traits(grain=_HOUR),  # filters and groups are those of the metric
        Kind.KPI: Traits(grain=5 * _MINUTE, filters=_COHORTS, groups=_COHORTS),
        Kind.DRIFT: Traits(grain=_DAY, filters=("model_version",), single=("model_version",)),
        Kind.QUALITY: Traits(
            grain=_HOUR,
            can_be_provisional=False,
            filters=("source_id", "data_type"),
            single=("source_id", "data_type"),
            groups=("source_id", "data_type"),
        ),
        Kind.PIPELINE: Traits(grain=_MINUTE, has_history=False, can_be_provisional=False),
        Kind.SILENCE: Traits(grain=_MINUTE, has_history=False, can_be_provisional=False),
    }
)


class UnknownMetric(ValueError):
    """No metric has this name; the message continues a sentence that begins with the field's name."""


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A metric that a rule names.

    Attributes:
        kind: where its values come from.
        name: the business metric, KPI, feature, pipeline or source; empty for `quality_score`.
        part: the aggregation, bound or measure.
    """

    kind: Kind
    name: str = ""
    part: str = ""

    @cached_property
    def traits(self) -> Traits:
        """What it allows."""
        found = TRAITS[self.kind]
        if self.kind is not Kind.BUSINESS:
            return found
        dimensions = tuple(map(str, self.metric.fact.dimensions))
        single = (CURRENCY,) if self.metric.fact.has_currency else ()
        return Traits(grain=found.grain, filters=(*dimensions, *single), single=single, groups=dimensions)

    @property
    def metric(self) -> Metric:
        """The declaration of a business metric."""
        return METRICS[MetricType(self.name)]

    @property
    def additivity(self) -> Additivity:
        """How the value of a longer window of a business metric is derived from its hours."""
        return self.metric.formulas[Aggregation(self.part)].additivity

    @property
    def data_types(self) -> tuple[DataType, ...]:
        """The data types whose records it is computed from."""
        if self.kind is Kind.BUSINESS:
            return (self.metric.fact.data_type,)
        return (DataType.DECISIONS,) if self.kind in {Kind.KPI, Kind.DRIFT} else ()

    @property
    def values(self) -> Values:
        """The values that it can have."""
        match self.kind:
            case Kind.BUSINESS:
                return _values_of(MetricType(self.name), Aggregation(self.part))
            case Kind.KPI:
                return NOT_NEGATIVE if self.name in _AMOUNTS | _RATES_IN_TIME else RATIO
            case Kind.QUALITY:
                return SCORE
            case Kind.PIPELINE:
                return RATIO if self.part == PipelineMeasure.COMPLETENESS else NOT_NEGATIVE
            case Kind.DRIFT | Kind.SILENCE:
                return NOT_NEGATIVE

    @classmethod
    def parse(cls, text: str) -> "Subject":
        """Parse the name of a metric.

        Raises:
            UnknownMetric: there is none with this name.
        """
        head, _, rest = text.partition(":")
        if head in set(MetricType):
            return _business(text, MetricType(head), rest)
        if text in KPIS:
            return cls(kind=Kind.KPI, name=text)
        if text == "quality_score":
            return cls(kind=Kind.QUALITY)
        parse = _PARSERS.get(head)
        if parse is None or not rest:
            raise UnknownMetric(f"is unknown; expected one of {', '.join(KNOWN)}")
        return parse(rest)


def _business(text: str, metric: MetricType, aggregation: str) -> Subject:
    legal = METRICS[metric].formulas
    if aggregation not in set(map(str, legal)):
        names = ", ".join(f"{metric}:{each}" for each in legal)
        raise UnknownMetric(f"{text!r} has no such aggregation; expected {names}")
    return Subject(kind=Kind.BUSINESS, name=metric, part=aggregation)


def _bounds(text: str) -> Subject:
    bound, _, name = text.partition(":")
    bounded = [each for each, kpi in KPIS.items() if kpi.bounds]
    if bound not in set(Bound) or name not in bounded:
        raise UnknownMetric(f"must be bounds:low:<kpi> or bounds:high:<kpi>, with one of {', '.join(bounded)}")
    return Subject(kind=Kind.KPI, name=name, part=bound)


def _drift(text: str) -> Subject:
    return Subject(kind=Kind.DRIFT, name=text)


def _pipeline(text: str) -> Subject:
    name, _, measure = text.rpartition(":")
    if name not in PIPELINES or measure not in set(PipelineMeasure):
        expected = f"{' or '.join(PipelineMeasure)}, with one of the pipelines {', '.join(PIPELINES)}"
        raise UnknownMetric(f"must be pipeline:<id>:{expected}")
    return Subject(kind=Kind.PIPELINE, name=name, part=measure)


def _ingest(text: str) -> Subject:
    name, _, measure = text.rpartition(":")
    if not name or measure != "silence":
        raise UnknownMetric("must be ingest:<source>:silence")
    return Subject(kind=Kind.SILENCE, name=name)


_PARSERS = {"bounds": _bounds, "drift": _drift, "pipeline": _pipeline, "ingest": _ingest}


def _known() -> Sequence[str]:
    business = (f"{name}:{each}" for name, metric in METRICS.items() for each in metric.formulas)
    others = ("bounds:low:<kpi>", "bounds:high:<kpi>", "drift:<feature>", "quality_score")
    measured = ("pipeline:<id>:freshness", "pipeline:<id>:completeness", "ingest:<source>:silence")
    return (*business, *KPIS, *others, *measured)


KNOWN: Sequence[str] = _known()
"""The names of all metrics, with placeholders."""


def _values_of(metric: MetricType, aggregation: Aggregation) -> Values:
    if metric is MetricType.CONVERSION:
        return RATIO
    return NOT_NEGATIVE if aggregation is Aggregation.COUNT else ANY
