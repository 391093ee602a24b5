"""The plan of a run with what its steps need beside it: where its decisions are, and in how many slices. Pure."""

from shared.replay.plan import ReplayPlan
from shared.runtime.models import Model

MOST_SLICES = 100
"""One statement of Athena writes at most so many partitions; with more decisions, slices get larger."""

PER_SLICE = 50_000
MOST_DECISIONS = 20_000_000


class RunPlan(Model):
    """A planned run; `attempt` names the place of its decisions, because a repetition writes them to another one."""

    attempt: str
    slices: int
    decisions: int
    plan: ReplayPlan


def slices_of(decisions: int, *, per_slice: int = PER_SLICE) -> int:
    """Return the number of slices of so many decisions."""
    return min(MOST_SLICES, -(-decisions // per_slice))
