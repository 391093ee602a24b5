"""The payloads of a run of the event stream, unpacked into texts: out of base64, aggregates and gzip."""

import base64
import binascii
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from shared.ingestion.stream.kpl import MARK, BrokenAggregate, user_records
from shared.runtime.errors import InvalidRequest, PayloadTooLarge
from shared.runtime.request import inflate

LARGEST_TEXT = 16 * 1024 * 1024
"""What a payload may hold once inflated: 10 000 records of 1.6 kB each."""
_HIGHEST_RATIO = 200
_GZIP = b"\x1f\x8b"
_PACKED = (MARK, _GZIP)
LARGEST_PART = 2 * LARGEST_TEXT


@dataclass(frozen=True)
class Unreadable:
    """What of a run nobody can read: as it came, and why."""

    raw: str
    code: str
    message: str


@dataclass(frozen=True)
class Unpacked:
    """A part of a run: what its records hold, in the order of the stream, and which record each was in."""

    found: Sequence[bytes | Unreadable]
    records: Sequence[int]


def unpacked(payloads: Sequence[str]) -> Iterator[Unpacked]:
    """Unpack the base64 payloads of a run, in parts that fit into memory however much is packed into them.

    A part begins with a record and depends only on those before it, so that a run that comes again, be it with more
    records behind, has the same parts.
    """
    try:
        texts = [binascii.a2b_base64(payload, strict_mode=True) for payload in payloads]
    except ValueError:  # one of them is no base64
        texts = []
    if texts and not any(text.startswith(_PACKED) for text in texts) and sum(map(len, texts)) <= LARGEST_PART:
        yield Unpacked(texts, range(len(texts)))
    else:
        yield from _in_parts(payloads)


def _in_parts(payloads: Sequence[str]) -> Iterator[Unpacked]:
    found: list[bytes | Unreadable] = []
    records: list[int] = []
    size = 0
    for record, payload in enumerate(payloads):
        held = _held_in(payload)
        more = sum(len(each) for each in held if isinstance(each, bytes))
        if found and size + more > LARGEST_PART:
            yield Unpacked(found, records)
            found, records, size = [], [], 0
        found += held
        records += [record] * len(held)
        size += more
    yield Unpacked(found, records)


def _held_in(payload: str) -> list[bytes | Unreadable]:
    try:
        data = base64.b64decode(payload, validate=True)
    except ValueError:
        return [Unreadable(payload, "base64", "is not valid base64")]
    if not data.startswith(MARK):
        return [_inflated(data)]
    try:
        return [_inflated(each) for each in user_records(data)]
    except BrokenAggregate as broken:
        return [Unreadable(payload, "aggregate", str(broken))]


def _inflated(data: bytes) -> bytes | Unreadable:
    """Inflate what is gzip, up to a limit that what people write keeps and what is made to burst does not."""
    if not data.startswith(_GZIP):
        return data
    try:
        return inflate(data, min(LARGEST_TEXT, _HIGHEST_RATIO * len(data)))
    except PayloadTooLarge:
        return _as_it_came(data, "the gzip data inflates to more than 16 MB, or to more than 200 times its size")
    except InvalidRequest as refused:
        return _as_it_came(data, refused.message)


def _as_it_came(data: bytes, message: str) -> Unreadable:
    return Unreadable(base64.b64encode(data).decode(), "gzip", message)
