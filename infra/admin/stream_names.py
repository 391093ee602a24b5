"""The streams whose records a function may give up, as commands name them."""

from enum import StrEnum


class StreamName(StrEnum):
    """A stream."""

    EVENTS = "events"
    DECISIONS = "decisions"
