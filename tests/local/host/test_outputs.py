"""Stack outputs are found in whichever stack has them."""

import json
from pathlib import Path

import pytest

from infra.local.deploy.outputs import StackOutputs


def test_outputs_of_several_stacks_are_one_set(tmp_path: Path) -> None:
    path = tmp_path / "outputs.json"
    path.write_text(json.dumps({"A": {"RestApiId": "r1", "RestApiStage": "local"}, "B": {"EventStreamName": "s"}}))

    outputs = StackOutputs.read(path)

    assert (outputs.rest_api_id, outputs.rest_api_stage, outputs.event_stream) == ("r1", "local", "s")


def test_an_absent_output_is_none() -> None:
    outputs = StackOutputs.of({"A": {"RestApiId": "r1", "RestApiStage": "local"}})

    assert outputs.websocket_api_id is None
    assert outputs.lake_bucket is None


def test_an_app_without_a_rest_api_is_refused() -> None:
    with pytest.raises(KeyError, match="RestApiId"):
        StackOutputs.of({"A": {}})
