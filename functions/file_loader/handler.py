"""The Lambda function behind the upload queue."""

from typing import TYPE_CHECKING, Any

from functions.file_loader.messages import batches_of
from shared.app.wiring import wiring
from shared.runtime.observability import instrument

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

_RESERVE_MS = 90_000


def load(event: dict[str, Any], context: "LambdaContext") -> None:
    """Load the files that the messages name, as far as time permits; the next run continues."""
    for batch_id in batches_of(event["Records"]):
        wiring().file_loader.run(batch_id, has_time=lambda: context.get_remaining_time_in_millis() > _RESERVE_MS)


handler = instrument(load)
