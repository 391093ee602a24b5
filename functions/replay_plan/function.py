"""Declares the function `replay_plan`."""

from functions.access import QUERY, QUERY_WRITES
from functions.declaration import Access, TaskTrigger, TriggeredFunction
from shared.decisions.configuration_store import CONFIGURATION_TABLE
from shared.pipelines.run_register import RUN_REGISTER_TABLE
from shared.replay.rule_thresholds import RULE_THRESHOLDS_TABLE
from shared.replay.run_files import REPLAY_RUNS_BUCKET, RUNS
from shared.replay.store import REPLAYS_TABLE

FUNCTION = TriggeredFunction(
    name="replay_plan",
    description="Fixes what the slices of a replay run share, and has its decisions written by slice.",
    memory_mb=512,
    timeout_seconds=900,
    trigger=TaskTrigger(workflow="replay_run"),
    reads=(
        *QUERY,
        Access(REPLAYS_TABLE),
        Access(RUN_REGISTER_TABLE),
        Access(RULE_THRESHOLDS_TABLE),
        Access(CONFIGURATION_TABLE),
        Access(REPLAY_RUNS_BUCKET, RUNS),
    ),
    writes=(
        *QUERY_WRITES,
        Access(REPLAYS_TABLE),
        Access(RUN_REGISTER_TABLE),
        Access(REPLAY_RUNS_BUCKET, RUNS, by_athena=True),
    ),
)
