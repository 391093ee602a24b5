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
    "widget_refresher",
    "live",
    "notifier",
    "alert_evaluator",
    "decision_feed",
    "deliverer",
    "pusher",
    "health_watch",
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

WORKFLOWS = (CUSTOMER_RUN,)
