"""Unpacks the aggregated records of the Kinesis Producer Library.

The format is that of awslabs/amazon-kinesis-producer, aggregation-format.md: a magic number, a protobuf message, its
MD5. `aws-kinesis-agg` is not used, because it drops the records that follow one that it cannot read.
"""

import hashlib
from collections.abc import Iterator

MARK = b"\xf3\x89\x9a\xc2"
_DIGEST = 16
_RECORDS, _DATA = 3, 3
"""Field numbers of `AggregatedRecord.records` and of `Record.data`."""
_VARINT, _FIXED_64, _LENGTH, _FIXED_32 = 0, 1, 2, 5
_LONGEST_VARINT, _MORE = 10, 0x80


class CorruptAggregate(ValueError):
    """Data that starts like an aggregated record is not a valid one; the message is the reason."""


def deaggregate(data: bytes) -> list[bytes]:
    """Return the data of the records in an aggregate, in the producer's order.

    Raises:
        CorruptAggregate: a byte is wrong or missing, or the aggregate is empty.
    """
    message, digest = data[len(MARK) : -_DIGEST], data[-_DIGEST:]
    if len(data) < len(MARK) + _DIGEST or hashlib.md5(message, usedforsecurity=False).digest() != digest:
        raise CorruptAggregate("the checksum of the aggregated record does not match its content")
    try:
        records = [_data_of(each) for number, each in _fields(message) if number == _RECORDS]
    except IndexError:
        raise CorruptAggregate("the aggregated record is truncated") from None
    if not records:
        raise CorruptAggregate("the aggregated record contains no record")
    return records


def _data_of(record: bytes) -> bytes:
    data = [each for number, each in _fields(record) if number == _DATA]
    if not data:
        raise CorruptAggregate("a record in the aggregated record has no data")
    return data[-1]


def _fields(message: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the number and content of each length-delimited field; other fields are skipped."""
    place = 0
    while place < len(message):
        tag, place = _varint(message, place)
        match tag & 7:
            case kind if kind == _LENGTH:
                size, place = _varint(message, place)
                yield tag >> 3, message[place : place + size]
            case kind if kind == _VARINT:
                _, place = _varint(message, place)
                size = 0
            case kind if kind in (_FIXED_64, _FIXED_32):
                size = 8 if kind == _FIXED_64 else 4
            case kind:
                raise CorruptAggregate(f"the aggregated record has a field of unknown wire type {kind}")
        place += size
    if place > len(message):
        raise IndexError(place)


def _varint(message: bytes, place: int) -> tuple[int, int]:
    """Read a varint (seven bits per byte, lowest first); return it and the position after it."""
    value = 0
    for shift in range(_LONGEST_VARINT):
        byte = message[place + shift]
        value |= (byte & ~_MORE) << (7 * shift)
        if byte < _MORE:
            return value, place + shift + 1
    raise CorruptAggregate("the aggregated record has a number of more than 64 bits")
