"""The states of replay scenarios and of their runs, and the moves between them. Pure."""

from collections.abc import Mapping
from enum import StrEnum

from shared.runtime.errors import Conflict


class ReplayStatus(StrEnum):
    """The state of a scenario: that of its latest run, `draft` before any."""

    DRAFT = "draft"
    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


_S = ReplayStatus
MOVES: Mapping[ReplayStatus, frozenset[ReplayStatus]] = {
    _S.DRAFT: frozenset({_S.QUEUED}),
    _S.QUEUED: frozenset({_S.RUNNING, _S.FAILED, _S.CANCELLED}),
    _S.RUNNING: frozenset({_S.COMPLETED, _S.FAILED, _S.CANCELLED}),
    _S.COMPLETED: frozenset({_S.QUEUED}),
    _S.FAILED: frozenset({_S.QUEUED}),
    _S.CANCELLED: frozenset({_S.QUEUED}),
}
"""The allowed moves; a finished scenario may run again."""

UNDER_WAY = frozenset({_S.QUEUED, _S.RUNNING})


class IllegalMove(Conflict):
    """A scenario cannot move between these states."""

    def __init__(self, status: ReplayStatus, to: ReplayStatus) -> None:
        super().__init__(
            f"A scenario that is {status} cannot become {to}", details={"status": status.value, "requested": to.value}
        )


def require_move(status: ReplayStatus, to: ReplayStatus) -> None:
    """Check that a scenario may move.

    Raises:
        IllegalMove: it may not.
    """
    if to not in MOVES[status]:
        raise IllegalMove(status, to)
