"""The query parameters of the routes of experiments."""

from pydantic import Field

from shared.decisions.parameters import FraudPageQuery, FraudQuery
from shared.experiments.vocabulary import ExperimentStatus
from shared.runtime.query_fields import Boolean


class ExperimentsQuery(FraudPageQuery):
    """A page of experiments."""

    status: ExperimentStatus | None = Field(default=None, description="Only experiments in this state.")


class ExperimentQuery(FraudQuery):
    """What is asked of an experiment."""

    include_results: Boolean = Field(
        default=True, alias="includeResults", description="Added: `false` for the definition and state alone."
    )
