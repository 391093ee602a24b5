"""Looks for everything that would make the platform fail later, before anything is started."""

import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from infra.local.deploy import cdk
from infra.local.errors import MissingTool, PortTaken
from infra.local.layout import LOOPBACK, Ports

OLDEST_PYTHON = (3, 11)
OLDEST_NODE = 20


def check_tools(project: Path) -> None:
    """Raise MissingTool unless Python, Node and the CDK CLI are there and new enough."""
    check_python(sys.version_info[:2])
    check_node(node_version())
    cdk.cli(project)


def check_python(version: Sequence[int]) -> None:
    """Raise MissingTool for a Python older than ours."""
    if tuple(version) < OLDEST_PYTHON:
        found, wanted = (".".join(map(str, one)) for one in (version, OLDEST_PYTHON))
        raise MissingTool(f"Python {found} is too old; install Python {wanted} or newer and run `make run`.")


def check_node(version: str | None) -> None:
    """Raise MissingTool without Node, or for one that the CDK CLI does not run on."""
    if version is None:
        raise MissingTool(f"Node is not installed; install Node {OLDEST_NODE} or newer from https://nodejs.org.")
    if int(version.lstrip("v").partition(".")[0]) < OLDEST_NODE:
        raise MissingTool(f"Node {version} is too old; install Node {OLDEST_NODE} or newer from https://nodejs.org.")


def node_version() -> str | None:
    """Return the output of `node --version`; None without Node."""
    node = shutil.which("node")
    if node is None:
        return None
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False, timeout=30)
    return answer.stdout.strip() if answer.returncode == 0 else None


def check_ports(ports: Ports) -> None:
    """Raise PortTaken for the first port that another program uses, or that is configured twice."""
    with ExitStack() as stack:
        for name, port in ports.by_name().items():
            stack.enter_context(hold_port(name, port))


@contextmanager
def hold_port(name: str, port: int) -> Iterator[None]:
    """Hold a port while the context lasts, or raise PortTaken."""
    with socket.socket() as probe:
        # As servers do: a port that lingers after our own last stop is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
            probe.listen()
        except OSError as error:
            raise PortTaken(name, port) from error
        yield
