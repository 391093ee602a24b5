"""The functions of the manifest, their triggers and the workflows that they are steps of."""

from collections.abc import Sequence

from aws_cdk import Stack
from constructs import Construct

from functions.declaration import (
    SCHEDULE_FAILURES,
    DeploymentTrigger,
    QueueTrigger,
    ScheduleTrigger,
    StreamTrigger,
    TableStreamTrigger,
    TaskTrigger,
    TriggeredFunction,
    WebSocketTrigger,
)
from functions.manifest import FUNCTIONS, WORKFLOWS
from infra.aws import code
from infra.aws.alarms.mappings import of_mapping
from infra.aws.alarms.watch import Alarms
from infra.aws.canaries import Canaries
from infra.aws.function import PlatformFunction
from infra.aws.metrics import StageMetrics
from infra.aws.nag import accept
from infra.aws.names import Names
from infra.aws.queues import dead_letter_queue
from infra.aws.stage_key import encrypt, key_arn
from infra.aws.triggers import (
    DeploymentStep,
    QueueEventSource,
    Schedule,
    StreamEventSource,
    TableStreamEventSource,
)
from infra.aws.workflow import StateMachine


class FunctionsStack(Stack):
    """One function per entry of the manifest, with its permissions and its trigger."""

    def __init__(self, scope: Construct, *, names: Names) -> None:
        super().__init__(
            scope, names.physical_name("functions"), description="Tally: the functions and their triggers."
        )
        self._names = names
        self._alarms = Alarms(self, names=names) if names.stage.alarms else None
        source, layers = code.source(), code.Layers(self, "Layers", names=names)
        functions = [
            PlatformFunction(self, function=function, names=names, code=source, layers=layers) for function in FUNCTIONS
        ]

        self._schedule_failures = dead_letter_queue(
            self, "ScheduleFailures", name=names.resource_name(SCHEDULE_FAILURES)
        )
        accept(self._schedule_failures, {"SQS3": "It is the end of the line: what Lambda reports of scheduled runs."})
        for function in functions:
            self._start(function)
        by_name = {function.declared.name: function for function in functions}
        for workflow in WORKFLOWS:
            StateMachine(self, workflow=workflow, functions=by_name, names=names)
        if names.stage.deployments == "canary":
            self._shift(functions)
        encrypt(self, key_arn(self, names))

    def _shift(self, functions: Sequence[PlatformFunction]) -> None:
        """Shift traffic to new versions, once the step of the deployment has succeeded."""
        Canaries(self, functions=functions, names=self._names)
        steps = [each for each in functions if each.alias is None]
        for function in functions:
            if function.alias:
                function.alias.node.add_dependency(*steps)

    def _watch(self, function: PlatformFunction, source: StreamEventSource | TableStreamEventSource) -> None:
        """Alarm on what the mapping of a stream discards: its id is known in this stack only."""
        mapping_id = source.mapping.event_source_mapping_id
        for watch in of_mapping(function.declared, mapping_id, StageMetrics(self._names)):
            if self._alarms:
                self._alarms.add(watch)

    def _start(self, function: PlatformFunction) -> None:
        """Connect a function to its triggers; the APIs and the workflows connect themselves."""
        if not isinstance(function.declared, TriggeredFunction):
            return
        match function.declared.trigger:
            case StreamTrigger() as trigger:
                self._watch(function, StreamEventSource(function, trigger=trigger, names=self._names))
            case TableStreamTrigger() as trigger:
                self._watch(function, TableStreamEventSource(function, trigger=trigger, names=self._names))
            case QueueTrigger() as trigger:
                QueueEventSource(function, trigger=trigger, names=self._names)
            case ScheduleTrigger() as trigger:
                Schedule(function, trigger=trigger, failures=self._schedule_failures, names=self._names)
            case DeploymentTrigger() as trigger:
                DeploymentStep(function, trigger=trigger)
            case WebSocketTrigger() | TaskTrigger():
                pass
