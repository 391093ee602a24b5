"""Parses the URLs of webhooks, strictly: what is checked is exactly what is connected to. Pure."""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

LONGEST_URL = 2048

_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<path>/[!-~]*)?(?P<query>\?[!-~]*)?",
    re.ASCII,
)
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)", re.ASCII)
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.ASCII)
_NOT_IN_PATHS = set('#\\<>"^`{|}')
_DEFAULT_PORTS = {"http": 80, "https": 443}
_HIGHEST_PORT = 65_535
_LONGEST_NAME = 253


@dataclass(frozen=True, kw_only=True)
class WebhookUrl:
    """A parsed URL; `host` is in lower case, without brackets, and `target` is the path with the query."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def address(self) -> IPv4Address | IPv6Address | None:
        """The host if it is an IP address, None if it is a name."""
        try:
            return ip_address(self.host)
        except ValueError:
            return None

    @property
    def authority(self) -> str:
        """Host and port: `hooks.example.com:443`."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def parse_url(text: str) -> WebhookUrl:
    """Parse a URL.

    Raises:
        ValueError: it is not the URL of a webhook; the message continues a sentence that begins with the field's name.
    """
    if "#" in text:
        raise ValueError("must have no fragment; remove the # and what follows it")
    if "@" in text.partition("://")[2].partition("/")[0]:
        raise ValueError("must have no user name or password; receivers verify the signature instead")
    found = _URL.fullmatch(text)
    if found is None or _NOT_IN_PATHS & set(text):
        raise ValueError("must be a URL of ASCII characters such as https://hooks.example.com/tally")
    port = int(found["port"] or _DEFAULT_PORTS[found["scheme"]])
    if not 1 <= port <= _HIGHEST_PORT:
        raise ValueError(f"must have a port from 1 to {_HIGHEST_PORT}")
    target = f"{found['path'] or '/'}{found['query'] or ''}"
    return WebhookUrl(scheme=found["scheme"], host=_host(found["host"].lower()), port=port, target=target)


def _host(text: str) -> str:
    if text.startswith("["):
        return str(_ip(text[1:-1]))
    *_, last = labels = text.split(".")
    if _NUMBER.fullmatch(last):  # other spellings of an address, such as 0x7f.1, mean something else to each resolver
        return str(_ip(text))
    if len(text) > _LONGEST_NAME or not all(map(_LABEL.fullmatch, labels)):
        raise ValueError("must have a DNS name or an IP address as its host")
    return text


def _ip(text: str) -> IPv4Address | IPv6Address:
    try:
        return ip_address(text)
    except ValueError:
        raise ValueError("must have an IP address in its usual notation, or better a DNS name") from None
