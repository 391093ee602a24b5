"""Requests deliveries to everybody on a channel."""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from shared.live.deliveries import Delivery
from shared.live.turns import APART

if TYPE_CHECKING:
    from shared.live.deliveries import Deliveries
    from shared.live.turns import Turns


@dataclass(frozen=True, kw_only=True)
class ChannelDeliveries:
    """Requests deliveries, each of which sends everything that is new.

    Attributes:
        apart: how long after a delivery the next one is made at once; one that is requested sooner waits for a second,
            in which others join it.
    """

    deliveries: "Deliveries"
    turns: "Turns"
    apart: timedelta = APART

    def request(self, channel: str) -> None:
        """Have what is new delivered."""
        self.turns.request(channel, partial(self._send, channel), self.apart)

    def repair(self, channel: str) -> None:
        """Have a delivery made that was requested and never came."""
        self.turns.repair(channel, partial(self._send, channel))

    def _send(self, channel: str, seconds: int) -> None:
        self.deliveries.request([Delivery(channel=channel)], after_seconds=seconds)
