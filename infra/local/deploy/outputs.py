"""Outputs of the deployed stacks."""

import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class StackOutputs:
    """The stacks' outputs that the laptop host needs, under the names that infra/aws exports."""

    rest_api_id: str
    rest_api_stage: str
    websocket_api_id: str | None
    websocket_api_stage: str | None
    event_stream: str | None
    lake_bucket: str | None
    results_bucket: str | None
    work_group: str | None
    database: str | None
    every: dict[str, str]

    @classmethod
    def read(cls, path: Path) -> "StackOutputs":
        """Return the outputs from the file that `cdk deploy --outputs-file` wrote."""
        return cls.of(json.loads(path.read_text()))

    @classmethod
    def of(cls, stacks: dict[str, dict[str, str]]) -> "StackOutputs":
        """Return the outputs of all stacks together; names are unique across them."""
        every = {name: value for outputs in stacks.values() for name, value in outputs.items()}
        return cls(
            rest_api_id=every["RestApiId"],
            rest_api_stage=every["RestApiStage"],
            websocket_api_id=every.get("WebSocketApiId"),
            websocket_api_stage=every.get("WebSocketApiStage"),
            event_stream=every.get("EventStreamName"),
            lake_bucket=every.get("LakeBucketName"),
            results_bucket=every.get("ResultsBucketName"),
            work_group=every.get("WorkGroupName"),
            database=every.get("DatabaseName"),
            every=every,
        )
