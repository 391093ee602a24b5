"""The manifest of all functions; `functions/<name>/function.py` declares their trigger, size and access.

CDK derives functions, permissions and environments from it, and the drift tests check it.
"""

from functions.declaration import Function, HttpFunction, TriggeredFunction, declared

HTTP_FUNCTIONS = declared(
    HttpFunction,
    "auth",
    "ingest",
    "metrics",
    "customers",
    "products",
    "quality",
    "health",
    "docs",
    "audit",
)

TRIGGERED_FUNCTIONS = declared(
    TriggeredFunction,
    "stream_consumer",
    "file_loader",
    "merger",
    "rollup_job",
    "table_maintenance",
    "table_setup",
    "sweeper",
    "anchor",
    "customer_models",
    "live",
)

FUNCTIONS: tuple[Function, ...] = (*HTTP_FUNCTIONS, *TRIGGERED_FUNCTIONS)
