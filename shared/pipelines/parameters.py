"""The query parameters of the pipeline health route."""

from typing import Annotated

from pydantic import Field

from shared.pipelines.catalogue import PIPELINES, STAGES
from shared.runtime.query import Query

_Text = Annotated[str, Field(max_length=200)]


class PipelineQuery(Query):
    """Which pipelines, and which of their stages."""

    pipeline_id: _Text | None = Field(
        default=None,
        alias="pipelineId",
        description=f"Only this pipeline: {', '.join(f'`{each.pipeline_id}`' for each in PIPELINES)}.",
        examples=["stream-analytics"],
    )
    stage: _Text | None = Field(
        default=None,
        description="Only this stage, of the pipelines that have it: "
        f"{', '.join(f'`{each}`' for each in sorted(STAGES))}. The status of a pipeline is that of all of its stages.",
        examples=["merge"],
    )
