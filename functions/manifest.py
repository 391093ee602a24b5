"""The manifest of all functions and workflows; `functions/<name>/function.py` declares their trigger, size and access.

CDK derives functions, permissions and environments from it, and the drift tests check it.
"""

from functions.declaration import Function, HttpFunction, Step, TriggeredFunction, Workflow, declared

HTTP_FUNCTIONS = declared(
    HttpFunction,
    "auth",
    "ingest",
    "metrics",
    "fraud",
    "customers",
    "products",
    "drift",
    "quality",
    "health",
    "docs",
    "audit",
    "fraud_configuration",
    "explanations",
    "pipelines",
    "alerts",
    "dashboards",
    "experiments",
    "replay",
    "exports",
)

TRIGGERED_FUNCTIONS = declared(
    TriggeredFunction,
    "stream_consumer",
    "file_loader",
    "merger",
    "rollup_job",
    "table_maintenance",
    "reconciler",
    "table_setup",
    "sweeper",
    "anchor",
    "drift_baselines",
    "customer_models",
    "customer_profiles",
    "customer_segments",
    "replay_plan",
    "replay_slice",
    "replay_reduce",
    "replay_failure",
    "widget_refresher",
    "live",
    "notifier",
    "alert_evaluator",
    "decision_feed",
    "deliverer",
    "pusher",
    "health_watch",
    "export_runner",
)

FUNCTIONS: tuple[Function, ...] = (*HTTP_FUNCTIONS, *TRIGGERED_FUNCTIONS)

CUSTOMER_RUN = Workflow(
    name="customer_run",
    description="Computes segments and profiles of all customers, in slices.",
    every_minutes=24 * 60,
    timeout_minutes=3 * 60,
    steps=(
        Step(function="customer_models", input={"started.$": "$$.Execution.StartTime"}),
        Step(
            function="customer_profiles",
            items="$.slices",
            input={"run_id.$": "$.run_id", "slice.$": "$$.Map.Item.Value"},
            at_once=20,
        ),
        Step(function="customer_segments", input={"run_id.$": "$.run_id"}),
    ),
)

_OF_A_RUN = {"scenario_id.$": "$.scenario_id", "run_id.$": "$.run_id"}

REPLAY_RUN = Workflow(
    name="replay_run",
    description="Replays the decisions of a scenario, in slices.",
    timeout_minutes=3 * 60,
    steps=(
        Step(function="replay_plan", input=_OF_A_RUN),
        Step(
            function="replay_slice",
            items="$.slices",
            input={**_OF_A_RUN, "slice.$": "$$.Map.Item.Value"},
            at_once=20,
        ),
        Step(function="replay_reduce", input=_OF_A_RUN),
    ),
    on_failure=Step(function="replay_failure", input={**_OF_A_RUN, "failure.$": "$.failure"}),
)

WORKFLOWS = (CUSTOMER_RUN, REPLAY_RUN)
