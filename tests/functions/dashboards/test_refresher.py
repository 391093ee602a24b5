"""The queue of questions: what cannot be answered at present is delivered again, what never can be is not."""

import json

from functions.widget_refresher.handler import handler
from shared.app.wiring import Wiring
from shared.dashboards.questions import WidgetQuestion
from tests.events.api_gateway import context
from tests.events.sqs import sqs_event
from tests.fakes.moto_platforms import MotoPlatforms
from tests.fakes.workflows import in_environment_of


def test_only_what_may_succeed_later_is_delivered_again(served: Wiring, platforms: MotoPlatforms) -> None:
    questions = [
        WidgetQuestion.of("segments", {}),  # not computed yet
        WidgetQuestion.of("metrics", {"metric_type": ["revenue"], "time_window": ["30d"]}),  # Athena is away
        WidgetQuestion.of("pipeline", {"pipelineId": ["no-such"]}),
        WidgetQuestion.of("metrics", {"metric_type": ["profit"], "time_window": ["30d"]}),
        WidgetQuestion.of("quality", {"time_window": ["7d"]}),
    ]

    with in_environment_of(served), platforms.outages.of("athena"):
        answer = handler(sqs_event([each.message for each in questions]), context(remaining_ms=100_000))

    assert answer == {"batchItemFailures": [{"itemIdentifier": "message-1"}]}


def test_a_message_has_the_whole_question() -> None:
    question = WidgetQuestion.of("metrics", {"metric_type": ["revenue"], "filters": ['{"region":["EU"]}']})

    assert WidgetQuestion.read(json.loads(question.message)) == question
