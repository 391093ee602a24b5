"""The Lambda function behind the queue of questions of widgets."""

from typing import TYPE_CHECKING, Any

import orjson
from botocore.exceptions import BotoCoreError, ClientError

from shared.app.wiring import wiring
from shared.dashboards.events import WIDGET_ANSWERED
from shared.dashboards.questions import WidgetQuestion
from shared.runtime.aws_errors import as_unavailable
from shared.runtime.deadline import deadline
from shared.runtime.errors import TallyError, Unavailable
from shared.runtime.observability import instrument, logger

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_lambda_powertools.utilities.typing import LambdaContext

    from shared.dashboards.refresher import Moment

_RESERVE_SECONDS = 30


def refresh(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:
    """Compute the answers that messages ask for, and publish that they are there, for those who watch them.

    A message of the clock has changes of dashboards published that were left over. Messages whose answer cannot be
    computed at present are reported as failed.
    """
    messages = {each["messageId"]: orjson.loads(each["body"]) for each in event["Records"]}
    with deadline(context.get_remaining_time_in_millis() / 1000 - _RESERVE_SECONDS):
        if any(not _is_question(each) for each in messages.values()):
            wiring().dashboards.publish_pending()
        failed = _failed({name: WidgetQuestion.read(each) for name, each in messages.items() if _is_question(each)})
    return {"batchItemFailures": [{"itemIdentifier": each} for each in failed]}


def _is_question(message: "Mapping[str, Any]") -> bool:
    return "parameters" in message


def _failed(questions: "Mapping[str, WidgetQuestion]") -> list[str]:
    """Answer questions as of one moment; returns the messages of those that cannot be answered at present."""
    if not questions:
        return []
    moment = wiring().widget_refresher.moment()
    return [message for message, question in questions.items() if not _is_done(question, moment)]


def _is_done(question: WidgetQuestion, moment: "Moment") -> bool:
    if not _is_answered(question, moment):
        return False
    wiring().platform_events.try_publish(WIDGET_ANSWERED, {"question_id": question.question_id})
    return True


def _is_answered(question: WidgetQuestion, moment: "Moment") -> bool:
    """Compute an answer; returns whether it is there, or cannot be had however often it is computed."""
    try:
        refreshed = wiring().widget_refresher.refresh(question, moment)
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
