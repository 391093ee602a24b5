"""Folders and ports as values."""

from infra.local.layout import Ports


def test_each_door_has_its_own_loopback_address() -> None:
    ports = Ports(front=1, web=2, emulator=3, athena=4)

    assert [ports.url(name) for name in Ports.names()] == [f"http://127.0.0.1:{port}" for port in (1, 2, 3, 4)]
