"""The Lambda function behind the queue of questions of widgets."""

from typing import TYPE_CHECKING, Any

import orjson
from botocore.exceptions import BotoCoreError, ClientError

from shared.app.wiring import wiring
from shared.dashboards.questions import WidgetQuestion
from shared.runtime.aws_errors import as_unavailable
from shared.runtime.deadline import deadline
from shared.runtime.errors import TallyError, Unavailable
from shared.runtime.observability import instrument, logger

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_lambda_powertools.utilities.typing import LambdaContext

_RESERVE_SECONDS = 30


def refresh(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:
    """Compute the answers that messages ask for; a message of the clock has changes published that were left over.

    Messages whose answer cannot be computed at present are reported as failed.
    """
    with deadline(context.get_remaining_time_in_millis() / 1000 - _RESERVE_SECONDS):
        failed = [each["messageId"] for each in event["Records"] if not _is_done(orjson.loads(each["body"]))]
    return {"batchItemFailures": [{"itemIdentifier": each} for each in failed]}


def _is_done(message: "Mapping[str, Any]") -> bool:
    if "parameters" not in message:
        wiring().dashboards.publish_pending()
        return True
    question = WidgetQuestion.read(message)
    try:
        refreshed = wiring().widget_refresher.refresh(question)
    except Unavailable as error:
        logger().warning("an answer cannot be computed at present", source=question.source, exc_info=error)
        return False
    except TallyError as error:
        logger().warning("a question of a widget cannot be answered", source=question.source, exc_info=error)
        return True
    except (BotoCoreError, ClientError) as error:
        if as_unavailable(error) is None:
            raise
        logger().warning("an answer cannot be computed at present", source=question.source, exc_info=error)
        return False
    logger().info("answer refreshed", source=question.source, changed=refreshed.changed)
    return True


handler = instrument(refresh)
