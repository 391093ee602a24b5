"""The functions of the manifest, their triggers and the workflows that they are steps of."""

from aws_cdk import Stack
from constructs import Construct

from functions.declaration import (
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
from infra.aws.alarms import Alarms
from infra.aws.function import PlatformFunction
from infra.aws.names import Names
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
        source, layers = code.source(), code.Layers(self, "Layers", names=names)
        functions = [
            PlatformFunction(self, function=function, names=names, code=source, layers=layers) for function in FUNCTIONS
        ]

        self._alarms = Alarms(self, names=names) if names.stage.alarms else None
        for function in functions:
            self._start(function)
            if self._alarms:
                self._alarms.alarm_on_errors(function)
                self._alarms.alarm_on_custom_metrics(function)
        by_name = {function.declared.name: function for function in functions}
        for workflow in WORKFLOWS:
            machine = StateMachine(self, workflow=workflow, functions=by_name, names=names)
            if self._alarms:
                self._alarms.alarm_on_failures(machine)

    def _start(self, function: PlatformFunction) -> None:
        """Connect a function to its triggers; the APIs and the workflows connect themselves."""
        if not isinstance(function.declared, TriggeredFunction):
            return
        match function.declared.trigger:
            case StreamTrigger() as trigger:
                mapping = StreamEventSource(function, trigger=trigger, names=self._names)
                if self._alarms:
                    self._alarms.alarm_on_discarded_batches(mapping.mapping, of=function.declared.name)
                    self._alarms.alarm_on_iterator_age(function)
            case TableStreamTrigger() as trigger:
                changes = TableStreamEventSource(function, trigger=trigger, names=self._names)
                if self._alarms:
                    self._alarms.alarm_on_dead_letters(changes.failures, of=function.declared.name)
                    self._alarms.alarm_on_iterator_age(function)
            case QueueTrigger() as trigger:
                QueueEventSource(function, trigger=trigger, names=self._names)
            case ScheduleTrigger() as trigger:
                Schedule(function, trigger=trigger, names=self._names)
            case DeploymentTrigger() as trigger:
                DeploymentStep(function, trigger=trigger)
            case WebSocketTrigger() | TaskTrigger():
                pass
