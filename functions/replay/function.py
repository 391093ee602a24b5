"""Declares the function `replay`."""

from functions.access import COUNTED, IDENTITY, ON_RECORD, QUERY, QUERY_WRITES
from functions.declaration import Access, HttpFunction
from shared.pipelines.run_register import RUN_REGISTER_TABLE
from shared.replay.rule_thresholds import RULE_THRESHOLDS_TABLE
from shared.replay.run_files import REPLAY_RUNS_BUCKET, RESULTS
from shared.replay.store import REPLAYS_TABLE
from shared.replay.workflow import REPLAY_RUN

FUNCTION = HttpFunction(
    name="replay",
    description="Creates replay scenarios, starts and cancels their runs, and serves results.",
    memory_mb=1024,
    timeout_seconds=29,
    reads=(
        *IDENTITY,
        *ON_RECORD,
        *QUERY,
        Access(REPLAYS_TABLE),
        Access(RUN_REGISTER_TABLE),
        Access(RULE_THRESHOLDS_TABLE),
        Access(REPLAY_RUNS_BUCKET, RESULTS),
    ),
    writes=(
        *COUNTED,
        *ON_RECORD,
        *QUERY_WRITES,
        Access(REPLAYS_TABLE),
        Access(RUN_REGISTER_TABLE),
        Access(RULE_THRESHOLDS_TABLE),
        Access(REPLAY_RUN),
    ),
)
