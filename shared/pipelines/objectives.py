"""What is expected of each pipeline: its service level in the configuration."""

from collections.abc import Callable

from shared.decisions.configuration import ServiceLevel

ObjectiveOf = Callable[[str], ServiceLevel]
"""Returns the objective of a pipeline."""
