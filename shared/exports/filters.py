"""Reads the filters of an export as the query of the route with the same numbers, which finds the mistakes."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import Field

from shared.decisions.parameters import FraudRangeQuery
from shared.experiments.models import ExperimentId
from shared.experiments.vocabulary import ExperimentStatus
from shared.fraud.parameters import CohortsQuery, InvestigationId, MetricsQuery
from shared.runtime.errors import FieldError, InvalidRequest
from shared.runtime.query import Query, path_of, values_of

FILTERS = "filters"


class ExportDataType(StrEnum):
    """What an export contains."""

    METRICS = "metrics"
    COHORTS = "cohorts"
    EXPERIMENTS = "experiments"
    DECISIONS = "decisions"


class DecisionsQuery(FraudRangeQuery):
    """The decisions of a range, as stored."""

    investigation_id: InvestigationId | None = Field(
        default=None, alias="investigationId", description="Only the decisions of this investigation."
    )


class ExperimentsQuery(FraudRangeQuery):
    """The experiments that ran at some time of a range, with their results."""

    experiment_id: ExperimentId | None = Field(
        default=None, alias="experimentId", description="Only the experiment with this id."
    )
    status: ExperimentStatus | None = Field(default=None, description="Only experiments in this state.")


QUERIES: Mapping[ExportDataType, type[FraudRangeQuery]] = {
    ExportDataType.METRICS: MetricsQuery,
    ExportDataType.COHORTS: CohortsQuery,
    ExportDataType.EXPERIMENTS: ExperimentsQuery,
    ExportDataType.DECISIONS: DecisionsQuery,
}
"""The filters of each data type: the parameters of its route."""


def read_filters(data_type: ExportDataType, filters: Mapping[str, Any], now: datetime | None = None) -> FraudRangeQuery:
    """Read the filters of an export as the query of its data type.

    Args:
        data_type: what is exported.
        filters: the values of parameters, as JSON.
        now: the present moment; without it, times may be in the future.

    Raises:
        InvalidRequest: filters are missing, unknown or wrong; every one of them is named.
    """
    try:
        return QUERIES[data_type].read(_given(filters), now=now)
    except InvalidRequest as invalid:
        raise _within_filters(invalid) from None


def read_range(filters: Mapping[str, Any]) -> None:
    """Check only the filters that every data type has, for an export whose data type is unknown.

    Raises:
        InvalidRequest: one of them is missing or wrong.
    """
    common = {path_of(name, field) for name, field in FraudRangeQuery.model_fields.items()}
    try:
        FraudRangeQuery.read({name: values for name, values in _given(filters).items() if name in common})
    except InvalidRequest as invalid:
        raise _within_filters(invalid) from None


def canonical(query: Query) -> Mapping[str, Any]:
    """Return the filters in force, with the defaults of those that are not given."""
    return query.model_dump(mode="json", by_alias=True, exclude_none=True)


def _given(filters: Mapping[str, Any]) -> Mapping[str, list[Any]]:
    return {name: values_of(value) for name, value in filters.items()}


def _within_filters(invalid: InvalidRequest) -> InvalidRequest:
    errors = [FieldError(f"{FILTERS}.{each.field}", each.message, each.rejected_value) for each in invalid.field_errors]
    return InvalidRequest(invalid.message, field_errors=errors)
