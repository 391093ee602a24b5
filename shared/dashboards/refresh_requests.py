"""The queue of questions whose answers are to be computed anew, and of changes of dashboards to publish."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from shared.runtime.observability import count, logger
from shared.runtime.resources import Queue

if TYPE_CHECKING:
    from types_boto3_sqs import SQSClient

    from shared.dashboards.answers import WidgetAnswers
    from shared.dashboards.questions import WidgetQuestion

WIDGET_QUEUE = Queue("widget_queue", visibility_seconds=1800, max_receives=3, fed_every_minutes=5)


@dataclass(frozen=True, kw_only=True)
class RefreshRequests:
    """Requests answers, each at most twice a minute."""

    sqs: "SQSClient"
    queue_url: str
    answers: "WidgetAnswers"

    def send(self, question: "WidgetQuestion") -> None:
        """Request the answer to a question; if that fails, the next request for it tries again."""
        try:
            if self.answers.claim_refresh(question):
                self.sqs.send_message(QueueUrl=self.queue_url, MessageBody=question.message)
        except (BotoCoreError, ClientError) as error:
            logger().warning("the answer to a widget could not be requested", source=question.source, exc_info=error)
            count("WidgetRefreshesUnreachable")
