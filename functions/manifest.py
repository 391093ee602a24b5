"""Every function, one name for each: `functions/<name>/function.py` declares its trigger, its size and its access.

CDK derives the functions, their grants and their environment from this; so do the drift tests.
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
    "sweeper",
    "anchor",
    "customer_models",
    "live",
)

FUNCTIONS: tuple[Function, ...] = (*HTTP_FUNCTIONS, *TRIGGERED_FUNCTIONS)
