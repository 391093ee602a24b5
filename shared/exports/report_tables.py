"""The rows of an export of metrics or cohorts: the numbers of the report that the API answers with, and no others."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from shared.exports.columns import CellKind, Column, DataTable, Value
from shared.fraud.cohort_models import Cohort, CohortAnalysisResponse, Intervals
from shared.fraud.models import EstimatedKpis, FraudMetrics, Kpis, Matrix
from shared.runtime.models import CamelModel

METRIC_COLUMNS = (
    Column("metric", CellKind.TEXT),
    Column("value", CellKind.NUMBER),
    Column("low", CellKind.NUMBER),
    Column("high", CellKind.NUMBER),
)
_NOT_NUMBERS = frozenset({"peakAt", "asOf", "provisional", "completeBy"})
_Limits = Sequence[float] | None


def metrics_table(report: FraudMetrics) -> DataTable:
    """Return the numbers of `GET /analytics/metrics`, each by its path in the response.

    `low` and `high` are the bounds of a KPI, and the interval of an estimate.
    """
    body = report.model_dump(mode="json", by_alias=True)
    bounds: Mapping[str, _Limits] = body["bounds"]
    rows = [_row(name, body[name], bounds.get(name)) for name in _names(Kpis)]
    rows += [_row(name, body[name]) for name in ("decisions", *_names(Matrix), "excludedFromAmounts")]
    for section in ("outcomes", "amounts", "ranking", "latency", "throughput", "matured"):
        rows += [_row(f"{section}.{name}", value) for name, value in _numbers(body.get(section) or {})]
    rows += list(_estimates(body["estimated"]))
    rows += [_row(f"maturity.{name}", value) for name, value in _numbers(body["maturity"])]
    return DataTable(METRIC_COLUMNS, rows)


def cohorts_table(report: CohortAnalysisResponse) -> DataTable:
    """Return the cohorts of `GET /analytics/cohorts`: KPIs, and the intervals of four of them, as columns."""
    columns = [
        *(Column(name, CellKind.TEXT) for name in ("id", "name", "dimension")),
        *(Column(name, CellKind.NUMBER) for name in ("count", "share", *_names(Kpis))),
        *(Column(f"{name}{end}", CellKind.NUMBER) for name in _names(Intervals) for end in ("Low", "High")),
    ]
    return DataTable(columns, [list(_cohort(each)) for each in report.cohorts])


def _cohort(cohort: Cohort) -> Iterator[Value]:
    body = cohort.model_dump(mode="json", by_alias=True)
    yield from (body[name] for name in ("id", "name", "dimension", "count", "share"))
    yield from (body["metrics"][name] for name in _names(Kpis))
    for name in _names(Intervals):
        yield from body["intervals"][name] or (None, None)


def _estimates(estimated: Mapping[str, Any]) -> Iterator[Sequence[Value]]:
    for name in _names(EstimatedKpis):
        found = estimated[name]
        if isinstance(found, Mapping):
            yield _row(f"estimated.{name}", found["value"], found["interval"])
        else:
            yield _row(f"estimated.{name}", found)


def _row(metric: str, value: Value, limits: _Limits = None) -> Sequence[Value]:
    return metric, value, *(limits or (None, None))


def _numbers(section: Mapping[str, Any]) -> Iterator[tuple[str, Value]]:
    """Yield the numbers of a part of the response, with those that are null; neither times nor truth values."""
    for name, value in section.items():
        if name not in _NOT_NUMBERS:
            yield name, value


def _names(model: type[CamelModel]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]
