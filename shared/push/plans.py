"""What a connection is to be sent next. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shared.live.connections import Connection


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Messages for a connection.

    Attributes:
        connection: the connection as it was read.
        messages: JSON objects, in order.
        progress: what the connection has been sent after these messages.
        again_after: seconds until there is more to send to it; None if there is not.
        is_last: whether the connection is closed after these messages.
    """

    connection: Connection
    messages: Sequence[bytes] = ()
    progress: Mapping[str, Any] = field(default_factory=dict)
    again_after: int | None = None
    is_last: bool = False


def numbered(message: bytes, sequence: int) -> bytes:
    """Add the sequence number to a message, a JSON object with at least one member."""
    return b'%s,"sequence":%d}' % (message[:-1], sequence)
