"""Decides whether a webhook may be connected to, and at which address, so that no webhook reaches an inner network.

A host is resolved once; the caller connects to the returned address, so that a name cannot point inside between the
check and the connection (DNS rebinding).
"""

import socket
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

from shared.notifications.models import NotificationTarget, WebhookTarget
from shared.notifications.urls import WebhookUrl, parse_url
from shared.runtime.errors import FieldError

Resolve = Callable[[str, int], Sequence[str]]
"""Returns the addresses of a host and port, or raises an OSError."""

RESOLUTION_SECONDS = 5

_INNER_NAMES = ("localhost", "local", "internal", "home.arpa", "lan", "intranet", "corp")
_HTTPS_PORT, _FIRST_UNPRIVILEGED_PORT = 443, 1024
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_TRANSLATED = IPv6Network("64:ff9b::/96")
_TEREDO = IPv6Network("2001::/32")
_RELAYS = ip_network("192.88.99.0/24")
_INNER = "must not point into a private network"


class AddressRefused(ValueError):
    """A webhook points to where it must not; the message continues a sentence that begins with the field's name."""


class HostUnknown(OSError):
    """The host of a webhook does not resolve now."""


def resolve_host(host: str, port: int) -> list[str]:
    """Return the addresses of a host from the system's resolver."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address is on the public internet; one that contains an IPv4 address is judged by that as well."""
    if isinstance(address, IPv4Address):
        return address.is_global and not (address.is_multicast or address.is_reserved or address in _RELAYS)
    if address.ipv4_mapped is not None:
        return is_public(address.ipv4_mapped)
    if address.sixtofour is not None:
        return is_public(address.sixtofour)
    if address in _TRANSLATED:
        return is_public(IPv4Address(int(address) & 0xFFFFFFFF))
    return address in _GLOBAL_UNICAST and address.is_global and address not in _TEREDO


@dataclass(frozen=True, kw_only=True)
class WebhookAddresses:
    """The rules about the addresses of webhooks.

    Attributes:
        allowed: inner targets that the stage allows, as `host:port`; only these may use plain HTTP.
        resolve: resolves hosts.
        patience: seconds that a resolution may take.
    """

    allowed: frozenset[str] = frozenset()
    resolve: Resolve = resolve_host
    patience: float = RESOLUTION_SECONDS

    def check(self, targets: Sequence[NotificationTarget], field: str) -> list[FieldError]:
        """Return what is wrong with the targets of a rule that is about to be saved.

        A host that does not resolve now is accepted: every delivery checks it again.

        Args:
            targets: the targets in the order of the request.
            field: the name of their list, such as `notify`.
        """
        webhooks = [(place, each.url) for place, each in enumerate(targets) if isinstance(each, WebhookTarget)]
        if not webhooks:
            return []
        with ThreadPoolExecutor(len(webhooks)) as pool:
            faults = list(pool.map(self._fault, [url for _, url in webhooks]))
        return [
            FieldError(f"{field}.{place}.url", fault, url)
            for (place, url), fault in zip(webhooks, faults, strict=True)
            if fault
        ]

    def _fault(self, text: str) -> str:
        try:
            self.find(parse_url(text))
        except AddressRefused as refused:
            return str(refused)
        except HostUnknown:
            return ""
        return ""

    def find(self, url: WebhookUrl) -> list[str]:
        """Resolve the host of a webhook and return its addresses, all of which may be connected to.

        Raises:
            AddressRefused: the URL is not allowed, or an address of its host is not public.
            HostUnknown: the host does not resolve.
        """
        is_allowed = url.authority in self.allowed
        if not is_allowed:
            _require_public(url)
        if url.address is not None:
            return [str(url.address)]
        addresses = self._resolve(url)
        if not is_allowed and not all(is_public(ip_address(each)) for each in addresses):
            raise AddressRefused(f"{_INNER}; not all addresses of its host are public")
        return addresses

    def _resolve(self, url: WebhookUrl) -> list[str]:
        """Resolve a host in a thread, because the system's resolver has no timeout."""
        pool = ThreadPoolExecutor(max_workers=1)
        try:
            found = list(pool.submit(self.resolve, url.host, url.port).result(self.patience))
        except (OSError, UnicodeError) as error:
            raise HostUnknown(f"the host {url.host} does not resolve") from error
        finally:
            pool.shutdown(wait=False)
        if not found:
            raise HostUnknown(f"the host {url.host} has no address")
        return found


def _require_public(url: WebhookUrl) -> None:
    """Raise `AddressRefused` for what the URL alone shows."""
    if url.scheme != "https":
        raise AddressRefused("must begin with https://")
    if url.port != _HTTPS_PORT and url.port < _FIRST_UNPRIVILEGED_PORT:
        raise AddressRefused(f"must use port {_HTTPS_PORT} or a port from {_FIRST_UNPRIVILEGED_PORT}")
    if url.address is not None:
        if not is_public(url.address):
            raise AddressRefused(_INNER)
    elif "." not in url.host or _ends_in(url.host, _INNER_NAMES):
        raise AddressRefused(f"{_INNER}; name a public host")


def _ends_in(host: str, suffixes: Iterable[str]) -> bool:
    return any(host == each or host.endswith(f".{each}") for each in suffixes)
