"""A thing that is watched, and the alarms of a stack made from such things."""

from collections.abc import Iterable
from dataclasses import dataclass

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_sns as sns
from constructs import Construct

from infra.aws.alarms.sections import Section
from infra.aws.names import Names

_AT_LEAST = cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD
_BELOW = cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD


@dataclass(frozen=True, kw_only=True)
class Watch:
    """A metric with a threshold.

    Attributes:
        name: the name of the alarm within the stage.
        metric: what is measured.
        at: the value at which it alarms; with `is_heartbeat`, the value below which it does.
        means: a sentence about what has happened.
        do: a sentence about what to do, or where to look.
        section: where docs/runbook.md has the steps, in order.
        periods: how many periods in a row it must hold, which keeps out what passes by itself.
        is_heartbeat: whether the metric shows that something still happens: then missing data alarm as well.
    """

    name: str
    metric: cloudwatch.Metric
    at: float
    means: str
    do: str
    section: Section
    periods: int = 1
    is_heartbeat: bool = False


class Alarms(Construct):
    """The alarms of one stack, sent to the topic of its stage."""

    def __init__(self, scope: Construct, *, names: Names, watches: Iterable[Watch] = ()) -> None:
        super().__init__(scope, "Alarms")
        self._names = names
        topic = sns.Topic.from_topic_arn(self, "Topic", names.arn("sns", names.alarm_topic))
        self._action = actions.SnsAction(topic)
        for watch in watches:
            self.add(watch)

    def add(self, watch: Watch) -> None:
        """Alarm on one more thing."""
        missing = cloudwatch.TreatMissingData
        alarm = cloudwatch.Alarm(
            self,
            watch.name,
            alarm_name=self._names.physical_name(watch.name),
            alarm_description=f"{watch.means} {watch.do} Steps: docs/runbook.md#{watch.section}",
            metric=watch.metric,
            threshold=watch.at,
            evaluation_periods=watch.periods,
            comparison_operator=_BELOW if watch.is_heartbeat else _AT_LEAST,
            treat_missing_data=missing.BREACHING if watch.is_heartbeat else missing.NOT_BREACHING,
        )
        alarm.add_alarm_action(self._action)
