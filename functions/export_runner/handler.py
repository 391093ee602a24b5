"""The Lambda function behind the queue of exports."""

from typing import TYPE_CHECKING, Any

import orjson

from shared.app.wiring import wiring
from shared.runtime.observability import instrument

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


def prepare(event: dict[str, Any], _: "LambdaContext") -> None:
    """Make an attempt at each export that the messages name."""
    for record in event["Records"]:
        wiring().export_runner.run(orjson.loads(record["body"])["export_id"])


handler = instrument(prepare)
