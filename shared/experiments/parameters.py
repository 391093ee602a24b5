"""The query parameters of the routes of experiments."""

from pydantic import Field

from shared.decisions.parameters import FraudPageQuery
from shared.experiments.vocabulary import ExperimentStatus


class ExperimentsQuery(FraudPageQuery):
    """A page of experiments."""

    status: ExperimentStatus | None = Field(default=None, description="Only experiments in this state.")
