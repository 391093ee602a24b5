"""The words of experiments: states and the moves between them, units, roles of metrics. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from shared.fraud.kpis import Better
from shared.fraud.parameters import KPI_NAMES
from shared.runtime.errors import Conflict


class ExperimentStatus(StrEnum):
    """Where an experiment is in its life."""

    DRAFT = "draft"
    RUNNING = "running"
    PAUSED = "paused"
    COMPLETED = "completed"
    PROMOTED = "promoted"
    ARCHIVED = "archived"


class Move(StrEnum):
    """A change of the state of an experiment."""

    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    COMPLETE = "complete"
    PROMOTE = "promote"
    ARCHIVE = "archive"


@dataclass(frozen=True)
class Path:
    """The states from which a move is possible, and the one to which it leads."""

    sources: frozenset[ExperimentStatus]
    target: ExperimentStatus


_S = ExperimentStatus
MOVES: Mapping[Move, Path] = MappingProxyType(
    {
        Move.START: Path(frozenset({_S.DRAFT}), _S.RUNNING),
        Move.PAUSE: Path(frozenset({_S.RUNNING}), _S.PAUSED),
        Move.RESUME: Path(frozenset({_S.PAUSED}), _S.RUNNING),
        Move.COMPLETE: Path(frozenset({_S.RUNNING, _S.PAUSED}), _S.COMPLETED),
        Move.PROMOTE: Path(frozenset({_S.COMPLETED}), _S.PROMOTED),
        Move.ARCHIVE: Path(frozenset({_S.DRAFT, _S.COMPLETED, _S.PROMOTED}), _S.ARCHIVED),
    }
)
"""All moves; every other one is refused."""


def target_of(status: ExperimentStatus, move: Move) -> ExperimentStatus:
    """Return the state to which a move leads.

    Raises:
        Conflict: the move is not possible from this state; the error names both states.
    """
    path = MOVES[move]
    if status not in path.sources:
        possible = sorted(each.target for each in MOVES.values() if status in each.sources)
        then = f"from there it can become {', '.join(possible)}" if possible else "that is final"
        raise Conflict(
            f"The experiment is {status} and cannot become {path.target}; {then}",
            details={"status": status, "requested": path.target},
        )
    return path.target


class ExperimentUnit(StrEnum):
    """What is assigned to a variant as a whole."""

    CUSTOMER = "customer"
    DECISION = "decision"


class MetricDirection(StrEnum):
    """The direction in which a metric is meant to move."""

    UP = "up"
    DOWN = "down"


METRICS: Mapping[str, str] = MappingProxyType(
    {name: field for name, field in KPI_NAMES.items() if name != "decisionThroughput"}
)
"""The KPI of each metric that experiments can compare, by its name in requests."""


def better_direction(better: Better) -> MetricDirection:
    """Return the direction in which a KPI improves; every metric of experiments has one."""
    return MetricDirection(better.value)
