"""Declares the function `drift_baselines`."""

from functions.access import BASELINE_WRITES, BASELINES, QUERY, QUERY_WRITES
from functions.declaration import ScheduleTrigger, TriggeredFunction

FUNCTION = TriggeredFunction(
    name="drift_baselines",
    description="Freezes the first days of each model version as its baseline for drift.",
    memory_mb=1024,
    timeout_seconds=300,
    trigger=ScheduleTrigger(every_minutes=60),
    reads=(*QUERY, *BASELINES),
    writes=(*QUERY_WRITES, *BASELINE_WRITES),
)
