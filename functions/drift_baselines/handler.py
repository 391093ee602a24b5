"""The Lambda function behind the schedule of automatic baselines."""

from typing import TYPE_CHECKING, Any

from shared.app.wiring import wiring
from shared.runtime.observability import instrument

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


def freeze(_: dict[str, Any], __: "LambdaContext") -> None:
    """Freeze the baselines that are due."""
    wiring().scheduled_baseline_freezer.freeze_due()


handler = instrument(freeze)
