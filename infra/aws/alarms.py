"""Alarms: dead letters, errors, throttling, and consumers that fall behind their stream."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from aws_cdk import Aws, Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from functions.declaration import Access, Function
from infra.aws.function import PlatformFunction
from infra.aws.names import Names
from infra.aws.workflow import StateMachine
from shared.audit.trail import AUDIT_TABLE
from shared.lake.storage.object_store import LAKE_BUCKET
from shared.lake.storage.paths import RECEIPTS, RECONCILIATIONS
from shared.notifications.topic import NOTIFICATION_TOPIC
from shared.runtime.observability import NAMESPACE

_PERIOD = Duration.minutes(5)
_MAX_ITERATOR_AGE = Duration.minutes(10)


@dataclass(frozen=True)
class _FailureMetric:
    """A metric of failures.

    Attributes:
        emitted_by: the name of the function that emits it, or the access of all that may.
        because: what it means and where to look.
        at: failures within five minutes that the platform does not get over by itself.
    """

    emitted_by: Access | str
    because: str
    at: int = 1

    def is_of(self, function: Function) -> bool:
        """Whether a function may emit it."""
        return self.emitted_by == function.name or self.emitted_by in function.writes


_FAILURE_METRICS: Mapping[str, _FailureMetric] = MappingProxyType(
    {
        "AuditUnreachable": _FailureMetric(
            Access(AUDIT_TABLE),
            "A change could not be written to the audit log; the complete entry is in the function's log.",
        ),
        "UnknownDeliveries": _FailureMetric(
            Access(LAKE_BUCKET, RECEIPTS),
            "Rows of a delivery that is not in the ledger were merged; something writes to the lake directly.",
        ),
        "FailedReconciliations": _FailureMetric(
            Access(LAKE_BUCKET, RECONCILIATIONS),
            "Records beyond the identity horizon were not compared; they may count twice until a later run succeeds.",
        ),
        "DeadNotifications": _FailureMetric(
            Access(NOTIFICATION_TOPIC),
            "A notification could not be delivered within a day, or its webhook is gone; the function's log names it.",
        ),
        "FailedMerges": _FailureMetric(
            "merger",
            "Deliveries of a data type could not be merged repeatedly and wait; the function's log has the reasons.",
            at=3,
        ),
        "FailedTableMaintenance": _FailureMetric(
            "table_maintenance", "Tables were not compacted or their snapshots not expired; queries become slower."
        ),
        "FailedRollups": _FailureMetric(
            "table_maintenance", "Roll-ups were not maintained; the function's log has the reasons."
        ),
        "FailedExports": _FailureMetric(
            "export_runner", "An export failed in three attempts; its status and the function's log have the reason."
        ),
        "AlertEvaluationsFailed": _FailureMetric(
            "alert_evaluator", "Rules could not be evaluated repeatedly; the function's log has the reasons.", at=3
        ),
        "OpenAlertsLeft": _FailureMetric(
            "alert_evaluator",
            "Open alerts could not be resolved or announced repeatedly; the function's log names them.",
            at=3,
        ),
        "FailedWidgets": _FailureMetric(
            "pusher", "Answers to watched widgets could not be computed; the function's log has the reasons.", at=10
        ),
        "FailedDeliveries": _FailureMetric(
            "deliverer", "Clients see changes late or not at all; the function's log has the reasons.", at=10
        ),
        "DeliveriesGivenUp": _FailureMetric(
            "deliverer",
            "Many connections did not take messages in five attempts; API Gateway throttles, or clients do not read.",
            at=50,
        ),
        "MessagesFailed": _FailureMetric(
            "deliverer", "Many messages were not taken; API Gateway throttles, or clients do not read.", at=1000
        ),
    }
)


class AlarmTopic(Construct):
    """The topic of all alarms of a stage; its own key allows CloudWatch, which the AWS managed key does not."""

    def __init__(self, scope: Construct, *, names: Names) -> None:
        super().__init__(scope, "AlarmTopic")
        key = kms.Key(
            self,
            "Key",
            description="Encrypts Tally's alarm notifications.",
            enable_key_rotation=True,
            removal_policy=names.stage.removal_policy,
        )
        cloudwatch_itself = iam.ServicePrincipal("cloudwatch.amazonaws.com")
        key.grant_encrypt_decrypt(cloudwatch_itself)
        topic = sns.Topic(self, "Topic", topic_name=names.alarm_topic, master_key=key, enforce_ssl=True)
        for number, address in enumerate(names.stage.alarm_emails):
            sns.Subscription(
                self, f"Email{number}", topic=topic, protocol=sns.SubscriptionProtocol.EMAIL, endpoint=address
            )
        # A topic with a policy of its own loses the default one, by which alarms reach it.
        topic.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[cloudwatch_itself],
                actions=["sns:Publish"],
                resources=[topic.topic_arn],
                conditions={"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}},
            )
        )


class Alarms(Construct):
    """The alarms of one stack, sent to the topic of its stage."""

    def __init__(self, scope: Construct, *, names: Names) -> None:
        super().__init__(scope, "Alarms")
        self._names = names
        topic = sns.Topic.from_topic_arn(self, "Topic", names.arn("sns", names.alarm_topic))
        self._action = actions.SnsAction(topic)

    def alarm_on_dead_letters(self, queue: sqs.IQueue, *, of: str) -> None:
        """Alarm at the first message in a dead-letter queue."""
        waiting = queue.metric_approximate_number_of_messages_visible(period=_PERIOD, statistic="Maximum")
        self._alarm(
            f"{of}-letters", waiting, at=1, because="A message failed permanently and is in a dead-letter queue."
        )

    def alarm_on_discarded_batches(self, mapping: lambda_.EventSourceMapping, *, of: str) -> None:
        """Alarm when a stream's mapping stores a batch as failed, or loses one."""
        redrive = "Records could not be loaded for days; `./tally stream redrive` loads them once that is corrected."
        for event, metric_name, because in (
            ("discards", "OnFailureDestinationDeliveredEventCount", redrive),
            ("losses", "DroppedEventCount", "Records are lost: they could not be stored as failed either."),
        ):
            metric = cloudwatch.Metric(
                namespace="AWS/Lambda",
                metric_name=metric_name,
                dimensions_map={"EventSourceMappingUUID": mapping.event_source_mapping_id},
                period=_PERIOD,
                statistic="Sum",
            )
            self._alarm(f"{of}-{event}", metric, at=1, because=because)

    def alarm_on_errors(self, function: PlatformFunction) -> None:
        """Alarm when a function fails or is turned away."""
        name, metrics = function.declared.name, function.function
        self._alarm(f"{name}-errors", metrics.metric_errors(period=_PERIOD), at=1, because="The function failed.")
        throttled = metrics.metric_throttles(period=_PERIOD)
        self._alarm(f"{name}-throttles", throttled, at=1, because="The account's concurrency is exhausted.")

    def alarm_on_failures(self, workflow: StateMachine) -> None:
        """Alarm when an execution fails or takes too long."""
        name, metrics = workflow.declared.name, workflow.state_machine
        failed = metrics.metric_failed(period=_PERIOD)
        self._alarm(f"{name}-failures", failed, at=1, because="An execution failed; the previous result is served.")
        late = metrics.metric_timed_out(period=_PERIOD)
        self._alarm(f"{name}-timeouts", late, at=1, because="An execution timed out; the previous result is served.")

    def alarm_on_iterator_age(self, function: PlatformFunction) -> None:
        """Alarm when the oldest record of a stream waits too long for its function."""
        age = function.function.metric("IteratorAge", period=_PERIOD, statistic="Maximum")
        name, limit = function.declared.name, _MAX_ITERATOR_AGE.to_milliseconds()
        self._alarm(f"{name}-iterator-age", age, at=limit, because="Records arrive faster than they are processed.")

    def alarm_on_custom_metrics(self, function: PlatformFunction) -> None:
        """Alarm when a function emits a metric of failures that the platform does not get over by itself."""
        service = function.declared.name
        for name, failure in _FAILURE_METRICS.items():
            if failure.is_of(function.declared):
                metric = cloudwatch.Metric(
                    namespace=NAMESPACE,
                    metric_name=name,
                    dimensions_map={"service": service},
                    period=_PERIOD,
                    statistic="Sum",
                )
                self._alarm(f"{service}-{name}", metric, at=failure.at, because=failure.because)

    def on_server_errors(self, metric: cloudwatch.Metric) -> None:
        """Alarm when the REST API answers that it cannot answer."""
        self._alarm("rest-api-5xx", metric, at=5, because="The API returns server errors.")

    def _alarm(self, name: str, metric: cloudwatch.Metric, *, at: float, because: str) -> None:
        alarm = cloudwatch.Alarm(
            self,
            name,
            alarm_name=self._names.physical_name(name),
            alarm_description=because,
            metric=metric,
            threshold=at,
            evaluation_periods=1,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
        alarm.add_alarm_action(self._action)
