"""A clock that tests set."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.fakes.records import NOW


@dataclass
class Clock:
    """Returns the time it was set to."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        """The present moment, as far as the code under test knows."""
        return self.now

    def pass_by(self, span: timedelta) -> None:
        """Let time pass."""
        self.now += span
