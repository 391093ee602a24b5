"""Decodes the payloads of a Kinesis batch into texts: base64, KPL aggregates, gzip."""

import base64
import binascii
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from shared.ingestion.stream.kpl import MARK, CorruptAggregate, deaggregate
from shared.runtime.errors import InvalidRequest, PayloadTooLarge
from shared.runtime.request import inflate

LARGEST_TEXT = 16 * 1024 * 1024
"""Maximum size of an inflated payload in bytes: 10 000 records of 1.6 kB each."""
_HIGHEST_RATIO = 200
_GZIP = b"\x1f\x8b"
_PACKED = (MARK, _GZIP)
LARGEST_PART = 2 * LARGEST_TEXT


@dataclass(frozen=True)
class Undecodable:
    """A record that cannot be decoded: as received, with the error."""

    raw: str
    code: str
    message: str


@dataclass(frozen=True)
class DecodedPart:
    """A part of a batch: the texts in stream order, and for each the number of its Kinesis record."""

    texts: Sequence[bytes | Undecodable]
    records: Sequence[int]


def decode(payloads: Sequence[str]) -> Iterator[DecodedPart]:
    """Decode the base64 payloads of a batch, in parts that fit into memory however well they are compressed.

    A part starts with a Kinesis record and depends only on the records before it, so a repeated batch has the same
    parts even if it has more records at its end.
    """
    try:
        texts = [binascii.a2b_base64(payload, strict_mode=True) for payload in payloads]
    except ValueError:  # at least one is not base64
        texts = []
    if texts and not any(text.startswith(_PACKED) for text in texts) and sum(map(len, texts)) <= LARGEST_PART:
        yield DecodedPart(texts, range(len(texts)))
    else:
        yield from _decode_in_parts(payloads)


def _decode_in_parts(payloads: Sequence[str]) -> Iterator[DecodedPart]:
    texts: list[bytes | Undecodable] = []
    records: list[int] = []
    size = 0
    for record, payload in enumerate(payloads):
        texts_of_payload = _decode_payload(payload)
        more = sum(len(each) for each in texts_of_payload if isinstance(each, bytes))
        if texts and size + more > LARGEST_PART:
            yield DecodedPart(texts, records)
            texts, records, size = [], [], 0
        texts += texts_of_payload
        records += [record] * len(texts_of_payload)
        size += more
    yield DecodedPart(texts, records)


def _decode_payload(payload: str) -> list[bytes | Undecodable]:
    try:
        data = base64.b64decode(payload, validate=True)
    except ValueError:
        return [Undecodable(payload, "base64", "is not valid base64")]
    if not data.startswith(MARK):
        return [_inflate(data)]
    try:
        return [_inflate(each) for each in deaggregate(data)]
    except CorruptAggregate as broken:
        return [Undecodable(payload, "aggregate", str(broken))]


def _inflate(data: bytes) -> bytes | Undecodable:
    """Inflate gzip data up to a limit that admits compressed text and stops decompression bombs."""
    if not data.startswith(_GZIP):
        return data
    try:
        return inflate(data, min(LARGEST_TEXT, _HIGHEST_RATIO * len(data)))
    except PayloadTooLarge:
        return _undecodable(data, "the gzip data inflates to more than 16 MB, or to more than 200 times its size")
    except InvalidRequest as refused:
        return _undecodable(data, refused.message)


def _undecodable(data: bytes, message: str) -> Undecodable:
    return Undecodable(base64.b64encode(data).decode(), "gzip", message)
