"""What an operator looks at: the alarms on all that the other stacks run, the dashboard, and the budget."""

from collections.abc import Iterator

from aws_cdk import Stack
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from functions.manifest import FUNCTIONS, WORKFLOWS
from infra import resources
from infra.aws.alarms import functions, services
from infra.aws.alarms.failures import of_failures
from infra.aws.alarms.memory import MemoryMetric
from infra.aws.alarms.watch import Alarms, Watch
from infra.aws.budget import MonthlyBudget, QueryStop
from infra.aws.dashboard import StageDashboard
from infra.aws.metrics import StageMetrics
from infra.aws.names import Names
from infra.aws.rules import every_rule


class OperationsStack(Stack):
    """A stack of its own, because there are more alarms than the stacks of what they watch have room for."""

    def __init__(self, scope: Construct, *, names: Names) -> None:
        super().__init__(scope, names.physical_name("operations"), description="Tally: alarms and the dashboard.")
        metrics = StageMetrics(names)
        websocket_api = ssm.StringParameter.value_for_string_parameter(self, names.websocket_api_parameter)
        for function in filter(functions.holds_data, FUNCTIONS):
            MemoryMetric(self, function=function, names=names)
        Alarms(self, names=names, watches=_watches(names, metrics, websocket_api))
        StageDashboard(self, names=names, metrics=metrics, websocket_api=websocket_api)
        if names.stage.monthly_budget:
            budget = MonthlyBudget(self, dollars=names.stage.monthly_budget, names=names)
            if names.stage.budget_stops_queries:
                QueryStop(self, budget=budget, names=names)


def _watches(names: Names, metrics: StageMetrics, websocket_api: str) -> Iterator[Watch]:
    for function in FUNCTIONS:
        yield from functions.of_function(function, metrics)
        yield from of_failures(function, metrics)
    for workflow in WORKFLOWS:
        yield from functions.of_workflow(workflow, metrics)
    for dead_letters in resources.DEAD_LETTER_QUEUES:
        yield services.of_dead_letters(dead_letters, metrics)
    for queue in resources.QUEUES:
        yield services.of_queue(queue, metrics)
    for rule in every_rule():
        yield services.of_rule(rule, metrics)
    for stream in resources.STREAMS:
        yield from services.of_stream(stream, metrics)
    for table in resources.DYNAMO_TABLES:
        yield from services.of_table(table, metrics)
    yield from services.of_queries(metrics)
    yield from services.of_apis(websocket_api, metrics)
    yield services.of_account(names.stage.lambda_concurrency, metrics)
    yield services.of_anchors(next(each for each in FUNCTIONS if each.name == "anchor"), metrics)
