"""Requests deliveries to everybody on a channel."""

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from shared.live.deliveries import Delivery

if TYPE_CHECKING:
    from shared.live.deliveries import Deliveries
    from shared.live.turns import Turns


@dataclass(frozen=True, kw_only=True)
class ChannelDeliveries:
    """Requests deliveries, those to a channel at most once a second: each one sends everything that is new."""

    deliveries: "Deliveries"
    turns: "Turns"

    def request(self, channel: str) -> None:
        """Have what is new delivered, now or once a second has passed since the last delivery."""
        self.turns.request(channel, partial(self._send, channel))

    def repair(self, channel: str) -> None:
        """Have a delivery made that was requested and never came."""
        self.turns.repair(channel, partial(self._send, channel))

    def _send(self, channel: str, seconds: int) -> None:
        self.deliveries.request([Delivery(channel=channel)], after_seconds=seconds)
