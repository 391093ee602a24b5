"""The query parameters of the replay routes."""

from typing import Annotated

from pydantic import Field

from shared.decisions.parameters import FraudPageQuery
from shared.replay.ids import ID
from shared.replay.states import ReplayStatus
from shared.runtime.query import Query


class ScenariosQuery(FraudPageQuery):
    """A page of scenarios."""

    status: ReplayStatus | None = Field(default=None, description="Only scenarios with this status.")


class ResultsQuery(Query):
    """The run whose results are asked for."""

    run_id: Annotated[str, Field(pattern=ID)] | None = Field(
        default=None, alias="runId", description="Added: the run (default: the latest one)."
    )
