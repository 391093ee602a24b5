"""Declares the function `replay_reduce`."""

from functions.declaration import Access, TaskTrigger, TriggeredFunction
from shared.pipelines.run_register import RUN_REGISTER_TABLE
from shared.replay.run_files import REPLAY_RUNS_BUCKET, RESULTS
from shared.replay.store import REPLAYS_TABLE

FUNCTION = TriggeredFunction(
    name="replay_reduce",
    description="Adds up the slices of a replay run, and stores its results.",
    memory_mb=1769,
    timeout_seconds=900,
    uses_lake=True,
    uses_numpy=True,
    trigger=TaskTrigger(workflow="replay_run"),
    reads=(Access(REPLAYS_TABLE), Access(REPLAY_RUNS_BUCKET)),
    writes=(Access(REPLAYS_TABLE), Access(RUN_REGISTER_TABLE), Access(REPLAY_RUNS_BUCKET, RESULTS)),
)
