"""A missing requirement is named in one sentence before anything starts."""

import socket
from dataclasses import replace
from pathlib import Path

import pytest

from infra.local.deploy import cdk
from infra.local.errors import MissingTool, PortTaken
from infra.local.host import preflight
from infra.local.layout import Ports
from tests.local.host.free_ports import free_ports


def test_a_python_before_3_11_is_too_old() -> None:
    preflight.check_python((3, 11))

    with pytest.raises(MissingTool, match=r"Python 3\.10 is too old; install Python 3\.11 or newer"):
        preflight.check_python((3, 10))


def test_node_must_be_installed_and_recent() -> None:
    preflight.check_node("v20.20.2")

    with pytest.raises(MissingTool, match=r"Node v18\.0\.0 is too old; install Node 20 or newer"):
        preflight.check_node("v18.0.0")
    with pytest.raises(MissingTool, match="Node is not installed"):
        preflight.check_node(None)


def test_a_project_without_the_cdk_cli_is_told_to_install_it(tmp_path: Path) -> None:
    with pytest.raises(MissingTool, match="run `npm ci`"):
        cdk.cli(tmp_path)


@pytest.mark.parametrize(("name", "option"), [("front", "--port"), ("athena", "--athena-port")])
def test_a_taken_port_is_named_with_the_option_that_changes_it(name: str, option: str) -> None:
    ports = free_ports()
    preflight.check_ports(ports)

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(PortTaken, match=f"Port {port} .* {option}"):
            preflight.check_ports(replace(ports, **{name: port}))


def test_two_doors_cannot_share_a_port() -> None:
    ports = free_ports()

    with pytest.raises(PortTaken, match="web"):
        preflight.check_ports(Ports(front=ports.front, web=ports.front, emulator=ports.emulator, athena=ports.athena))
