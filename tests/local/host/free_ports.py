"""Unused ports, so that tests do not conflict with each other or with a running platform."""

import socket
from contextlib import ExitStack

from infra.local.layout import LOOPBACK, Ports


def free_ports() -> Ports:
    """Return four free loopback ports, different from each other."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in Ports.names()]
        for one in sockets:
            one.bind((LOOPBACK, 0))
        return Ports(*(one.getsockname()[1] for one in sockets))
