"""An entry of the audit log: its content, its position in a chain, and the hash of both."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import orjson
from pydantic import TypeAdapter, ValidationError

from shared.runtime.models import sortable
from shared.runtime.observability import logger

GENESIS = "0" * 64
LARGEST_VALUE = 64 * 1024
_CANONICAL = orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS


@dataclass(frozen=True, kw_only=True)
class Change:
    """Who did what to which resource, and its state before and after; an export changes nothing."""

    action: str
    user_id: str
    key_id: str
    resource: str
    request_id: str
    source_ip: str
    before: Any = None
    after: Any = None


@dataclass(frozen=True, kw_only=True)
class ChainHead:
    """The last entry of a chain, as the next one needs it; sequence 0 if the chain is empty."""

    chain: str
    sequence: int = 0
    hash: str = GENESIS
    at: str = ""


@dataclass(frozen=True, kw_only=True)
class AuditEntry:
    """One link: its canonical text, and the SHA-256 of that text, which the next link contains."""

    chain: str
    sequence: int
    at: str
    user_id: str
    action: str
    body: str
    hash: str

    @property
    def number(self) -> str:
        """The sequence as a key that sorts."""
        return format_number(self.sequence)

    @property
    def position(self) -> str:
        """The position in time among the entries of a chain; unique."""
        return position(self.at, self.sequence)

    def head(self) -> ChainHead:
        """The head of the chain once this entry is its last."""
        return ChainHead(chain=self.chain, sequence=self.sequence, hash=self.hash, at=self.at)


_HEADS: TypeAdapter[ChainHead | list[ChainHead]] = TypeAdapter(ChainHead | list[ChainHead])


def heads_in(text: str | bytes) -> list[ChainHead]:
    """Parse stored heads; none if the text was made unreadable."""
    try:
        kept = _HEADS.validate_json(text, strict=True)
    except ValidationError as error:
        logger().error("the chain heads of the audit log cannot be read", exc_info=error)
        return []
    return kept if isinstance(kept, list) else [kept]


def format_number(sequence: int) -> str:
    """A sequence as a key that sorts."""
    return f"{sequence:012d}"


def number_of(key: str) -> int:
    """The sequence in such a key; 0 for other texts."""
    return int(key) if key.isdecimal() and key == format_number(int(key)) else 0


def position(at: str, sequence: int) -> str:
    """A time and a sequence as a key that sorts."""
    return f"{at}#{format_number(sequence)}"


def digest(body: str) -> str:
    """The SHA-256 of an entry's text."""
    return hashlib.sha256(body.encode()).hexdigest()


def append_after(head: ChainHead, change: Change, now: datetime) -> AuditEntry:
    """Return the entry that follows a head; times never decrease within a chain."""
    at, sequence = max(sortable(now), head.at), head.sequence + 1
    told = {
        **asdict(change),
        "before": _truncate(change.before),
        "after": _truncate(change.after),
        "chain": head.chain,
        "sequence": sequence,
        "at": at,
        "previous": head.hash,
    }
    body = orjson.dumps(told, default=str, option=_CANONICAL).decode()
    return AuditEntry(
        chain=head.chain,
        sequence=sequence,
        at=at,
        user_id=change.user_id,
        action=change.action,
        body=body,
        hash=digest(body),
    )


def _truncate(value: Any) -> Any:
    """Return the value, or a summary if it does not fit into an item."""
    written = orjson.dumps(value, default=str, option=_CANONICAL)
    if len(written) <= LARGEST_VALUE:
        return value
    return {"omitted_bytes": len(written), "sha256": hashlib.sha256(written).hexdigest()}


def parse(body: str) -> Mapping[str, Any]:
    """Parse an entry's text."""
    value: Mapping[str, Any] = orjson.loads(body)
    return value
