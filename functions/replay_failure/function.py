"""Declares the function `replay_failure`."""

from functions.declaration import Access, TaskTrigger, TriggeredFunction
from shared.pipelines.run_register import RUN_REGISTER_TABLE
from shared.replay.store import REPLAYS_TABLE

FUNCTION = TriggeredFunction(
    name="replay_failure",
    description="Records why a replay run failed.",
    memory_mb=512,
    timeout_seconds=60,
    trigger=TaskTrigger(workflow="replay_run"),
    reads=(Access(REPLAYS_TABLE),),
    writes=(Access(REPLAYS_TABLE), Access(RUN_REGISTER_TABLE)),
)
