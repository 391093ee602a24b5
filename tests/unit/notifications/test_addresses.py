"""Webhooks never reach an inner network, however their address is written or resolved."""

from collections.abc import Sequence
from ipaddress import ip_address
from threading import Event

import pytest

from shared.notifications.addresses import (
    AddressRefused,
    HostUnknown,
    WebhookAddresses,
    is_public,
    resolve_host,
)
from shared.notifications.models import NotificationTarget, TopicTarget, WebhookTarget
from shared.notifications.urls import parse_url
from shared.runtime.errors import FieldError

PUBLIC = "93.184.215.14"
INNER = [
    "0.0.0.0",  # noqa: S104 # an address to refuse, not to listen on
    "10.0.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "169.254.170.2",
    "172.16.0.1",
    "192.168.1.1",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::10.0.0.1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::808:808",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::1",
    "2002:a9fe:a9fe::",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "4000::1",
]
OUTER = [PUBLIC, "8.8.8.8", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]


class Names:
    """A resolver that has the next answer at each question, and counts them."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, int]] = []

    def __call__(self, host: str, port: int) -> Sequence[str]:
        """Return the next answer."""
        self.asked.append((host, port))
        return self.answers[len(self.asked) - 1]


def unresolvable(host: str, port: int) -> Sequence[str]:
    raise OSError(f"{host}:{port}")


@pytest.mark.parametrize("address", INNER)
def test_inner_addresses_are_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", OUTER)
def test_outer_addresses_are_public(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize("address", INNER)
def test_a_name_that_resolves_inside_is_refused_even_beside_a_public_address(address: str) -> None:
    for answer in ([address], [PUBLIC, address], [address, PUBLIC]):
        with pytest.raises(AddressRefused, match="private network"):
            WebhookAddresses(resolve=Names(answer)).find(parse_url("https://hooks.example.com/"))


@pytest.mark.parametrize("address", [each for each in INNER if "%" not in each])
def test_an_inner_address_as_the_host_is_refused_without_a_resolution(address: str) -> None:
    names = Names()
    host = f"[{address}]" if ":" in address else address

    with pytest.raises(AddressRefused, match="private network"):
        WebhookAddresses(resolve=names).find(parse_url(f"https://{host}/"))

    assert names.asked == []


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LOCALHOST",
        "web.localhost",
        "intranet",
        "printer.local",
        "metadata.google.internal",
        "db.home.arpa",
    ],
)
def test_names_of_inner_networks_are_refused_whatever_they_resolve_to(host: str) -> None:
    with pytest.raises(AddressRefused, match="name a public host"):
        WebhookAddresses(resolve=Names([PUBLIC])).find(parse_url(f"https://{host}/"))


def test_plain_http_and_ports_of_other_services_are_refused() -> None:
    addresses = WebhookAddresses(resolve=Names([PUBLIC]))

    with pytest.raises(AddressRefused, match="https://"):
        addresses.find(parse_url("http://hooks.example.com/"))
    with pytest.raises(AddressRefused, match="port 443"):
        addresses.find(parse_url("https://hooks.example.com:25/"))


def test_a_host_is_resolved_once_and_its_checked_addresses_are_returned() -> None:
    names = Names([PUBLIC, "2606:4700:4700::1111"], ["127.0.0.1"])

    found = WebhookAddresses(resolve=names).find(parse_url("https://hooks.example.com:8443/"))

    assert found == [PUBLIC, "2606:4700:4700::1111"]
    assert names.asked == [("hooks.example.com", 8443)]


def test_a_host_that_does_not_resolve_is_unknown() -> None:
    for resolve in (unresolvable, Names([])):
        with pytest.raises(HostUnknown, match=r"hooks\.example\.com"):
            WebhookAddresses(resolve=resolve).find(parse_url("https://hooks.example.com/"))


def test_a_resolution_that_takes_too_long_is_given_up() -> None:
    over = Event()

    def resolve(_: str, __: int) -> Sequence[str]:
        over.wait()
        return [PUBLIC]

    with pytest.raises(HostUnknown):
        WebhookAddresses(resolve=resolve, patience=0.01).find(parse_url("https://hooks.example.com/"))
    over.set()


def test_the_resolver_of_the_system_returns_each_address_once() -> None:
    assert resolve_host("127.0.0.1", 443) == ["127.0.0.1"]
    assert len(set(resolve_host("localhost", 443))) == len(resolve_host("localhost", 443))


def test_a_stage_allows_exact_inner_targets_only() -> None:
    addresses = WebhookAddresses(
        allowed=frozenset({"localhost:9000", "10.0.0.1:443"}), resolve=lambda _, __: ["127.0.0.1"]
    )

    assert addresses.find(parse_url("http://localhost:9000/hook")) == ["127.0.0.1"]
    assert addresses.find(parse_url("https://10.0.0.1/")) == ["10.0.0.1"]
    for other in ("http://localhost:9001/", "https://10.0.0.2/", "http://web.localhost:9000/"):
        with pytest.raises(AddressRefused):
            addresses.find(parse_url(other))


def test_the_check_of_a_rule_names_every_refused_webhook_at_once() -> None:
    answers = {"inside.example.com": ["10.0.0.1"], "hooks.example.com": [PUBLIC]}

    def resolve(host: str, _: int) -> Sequence[str]:
        if host not in answers:
            raise OSError(host)
        return answers[host]

    urls = [
        "https://hooks.example.com/",
        "https://inside.example.com/",
        "http://hooks.example.com/",
        "https://unknown.example.com/",
        "https://169.254.169.254/latest/meta-data/",
    ]
    targets: list[NotificationTarget] = [
        TopicTarget(type="topic"),
        *(WebhookTarget(type="webhook", url=each) for each in urls),
    ]

    assert WebhookAddresses(resolve=resolve).check(targets, "notify") == [
        FieldError(
            "notify.2.url",
            "must not point into a private network; not all addresses of its host are public",
            "https://inside.example.com/",
        ),
        FieldError("notify.3.url", "must begin with https://", "http://hooks.example.com/"),
        FieldError(
            "notify.5.url", "must not point into a private network", "https://169.254.169.254/latest/meta-data/"
        ),
    ]
    assert WebhookAddresses(resolve=resolve).check([TopicTarget(type="topic")], "notify") == []
