"""Rejects requests that a foreign web page made a browser send, also through DNS rebinding.

Loopback protects against other machines, not against pages: any page may send requests to any port of the machine whose
browser shows it. Browsers state the origin of such a request in headers that pages cannot forge.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from infra.local.layout import LOOPBACK, Ports

NAMES = ("localhost", LOOPBACK)
_READ_ONLY = {"GET", "HEAD"}


@dataclass(frozen=True, slots=True)
class RequestHead:
    """A request without its body: header names in lower case, each with all its values in order."""

    method: str
    path: str
    headers: Mapping[str, tuple[str, ...]]

    def header(self, name: str) -> str | None:
        """Return a header, its values joined if it was sent more than once, None when it is absent."""
        values = self.headers.get(name)
        return None if values is None else ", ".join(values)


@dataclass(frozen=True, slots=True)
class BrowserPolicy:
    """The names by which a port may be addressed, and the pages that may use it."""

    hosts: frozenset[str]
    origins: frozenset[str]

    @classmethod
    def of(cls, ports: Ports, door: str) -> Self:
        """Return the policy of one of the platform's ports: its own pages may use it, under loopback names."""
        return cls(
            hosts=frozenset(f"{name}:{ports.by_name()[door]}" for name in NAMES),
            origins=frozenset(f"http://{name}:{port}" for name in NAMES for port in (ports.web, ports.front)),
        )

    def fault(self, head: RequestHead) -> str | None:
        """Return why a request is refused, None for one that may pass."""
        return self.host_fault(head) or self._origin_fault(head) or self._referer_fault(head) or self._site_fault(head)

    def host_fault(self, head: RequestHead) -> str | None:
        """Return why the name that a request was addressed to is refused: DNS rebinding brings a name of its own."""
        hosts = head.headers.get("host", ())
        if len(hosts) == 1 and self._is_served(hosts[0].lower()):
            return None
        return f"The host {', '.join(hosts) or '(none)'} is not served here: use {LOOPBACK} or localhost."

    def is_preflight(self, head: RequestHead) -> bool:
        """Return whether a browser asks on behalf of one of the platform's own pages what it may send."""
        asks = head.method == "OPTIONS" and head.header("access-control-request-method") is not None
        return asks and head.header("origin") in self.origins

    def presigned_url_fault(self, head: RequestHead) -> str | None:
        """Return why reading a signed address is refused: following a redirect to one, browsers hide the page."""
        if head.method in _READ_ONLY and head.header("origin") in {None, "null"}:
            return self.host_fault(head) or self._referer_fault(head)
        return self.fault(head)

    def _is_served(self, host: str) -> bool:
        # Names below localhost are loopback by definition (RFC 6761); S3 clients put the bucket there.
        name, _, port = host.rpartition(":")
        return host in self.hosts or (name.endswith(".localhost") and f"localhost:{port}" in self.hosts)

    def _origin_fault(self, head: RequestHead) -> str | None:
        origin = head.header("origin")
        return None if origin is None or origin in self.origins else f"Pages of {origin} may not use this address."

    def _referer_fault(self, head: RequestHead) -> str | None:
        referer = head.header("referer")
        if not referer or _origin_of(referer) in self.origins:
            return None
        return f"Pages of {_origin_of(referer)} may not use this address."

    def _site_fault(self, head: RequestHead) -> str | None:
        """Refuse what another site started, unless one of our own pages is named: localhost and 127.0.0.1 are two."""
        if head.header("sec-fetch-site") != "cross-site" or head.header("origin") or head.header("referer"):
            return None
        return "Pages of another site may not use this address: open it from the address bar."


def _origin_of(address: str) -> str:
    try:
        parts = urlsplit(address)
        return f"{parts.scheme}://{parts.netloc.lower()}"
    except ValueError:
        return address


def by_name(headers: Collection[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """Group headers by their name in lower case."""
    found: dict[str, tuple[str, ...]] = {}
    for name, value in headers:
        found[name.lower()] = (*found.get(name.lower(), ()), value)
    return found
