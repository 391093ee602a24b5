"""Aggregated records as the Kinesis Producer Library makes them, and malformed ones."""

import hashlib
from collections.abc import Mapping, Sequence

MARK = b"\xf3\x89\x9a\xc2"


def aggregate(records: Sequence[tuple[str, bytes]]) -> bytes:
    """Pack records under their partition keys into one, in the order given."""
    keys = list(dict.fromkeys(key for key, _ in records))
    table = b"".join(_field(1, key.encode()) for key in keys)
    return sealed(table + b"".join(_field(3, _record(keys.index(key), data)) for key, data in records))


def aggregate_of(*data: bytes) -> bytes:
    """Pack records under one partition key into one."""
    return aggregate([("key", each) for each in data])


def sealed(message: bytes) -> bytes:
    """Put the mark before a message and its checksum behind it."""
    return MARK + message + hashlib.md5(message, usedforsecurity=False).digest()


def _record(key: int, data: bytes) -> bytes:
    return b"\x08" + _varint(key) + _field(3, data)


def _field(number: int, data: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(data)) + data


def _varint(value: int) -> bytes:
    low, rest = value & 0x7F, value >> 7
    return bytes([low | 0x80]) + _varint(rest) if rest else bytes([low])


GOOD = aggregate_of(b"one", b"two")

BROKEN: Mapping[str, bytes] = {
    "the mark alone": MARK,
    "a mark and too little behind it": MARK + b"x" * 15,
    "a wrong checksum": GOOD[:-1] + bytes([GOOD[-1] ^ 1]),
    "a changed byte": GOOD.replace(b"two", b"twq"),
    "a piece cut off its end": GOOD[:-20],
    "a message that breaks off, under its own checksum": sealed(GOOD[4:-17]),
    "a length that breaks off": sealed(GOOD[4:-16] + b"\x1a"),
    "a number of eleven bytes": sealed(b"\x08" + b"\xff" * 10 + b"\x01"),
    "a field of an unknown kind": sealed(b"\x1b"),
    "nothing inside": sealed(b""),
    "keys and no records": sealed(_field(1, b"key")),
    "a record without data": sealed(_field(1, b"key") + _field(3, b"\x08\x00")),
}
