"""Provides the steps of runs that need NumPy."""

from shared.replay.provider import replay_files, replays
from shared.replay.reduction import ReplayReduction
from shared.replay.slices import ReplaySlices
from shared.runtime.deployment import Deployment, provider


@provider
def replay_slices(deployment: Deployment) -> ReplaySlices:
    """Build the step of a slice."""
    return ReplaySlices(store=replays(deployment), files=replay_files(deployment))


@provider
def replay_reduction(deployment: Deployment) -> ReplayReduction:
    """Build the last step."""
    return ReplayReduction(store=replays(deployment), files=replay_files(deployment))
