"""Payloads are unpacked in order, in parts of bounded size, safe from decompression bombs."""

import base64
import gzip
import zlib

import pytest

from shared.ingestion.stream.decoding import LARGEST_PART, LARGEST_TEXT, Undecodable, decode
from tests.fakes.aggregates import BROKEN, aggregate_of

ZEROS = bytes(LARGEST_TEXT)


def _payload(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _only(data: bytes) -> bytes | Undecodable:
    (part,) = decode([_payload(data)])
    (found,) = part.texts
    return found


def test_plain_payloads_are_returned_unchanged() -> None:
    (part,) = decode([_payload(b"one"), _payload(b""), _payload(b"two")])

    assert (list(part.texts), list(part.records)) == ([b"one", b"", b"two"], [0, 1, 2])


def test_records_of_an_aggregate_keep_its_position() -> None:
    payloads = [b"one", aggregate_of(b"two", gzip.compress(b"three")), gzip.compress(b"four")]

    (part,) = decode([_payload(each) for each in payloads])

    assert (list(part.texts), list(part.records)) == ([b"one", b"two", b"three", b"four"], [0, 1, 1, 2])


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_aggregate_is_kept_unchanged(name: str) -> None:
    found = _only(BROKEN[name])

    assert isinstance(found, Undecodable)
    assert (found.code, base64.b64decode(found.raw)) == ("aggregate", BROKEN[name])


GZIP = gzip.compress(b"some text that is long enough to be cut")
BAD_GZIP = {
    "the mark alone": GZIP[:2],
    "cut off": GZIP[:-9],
    "a wrong checksum": GZIP[:-8] + bytes(4) + GZIP[-4:],
    "something behind it": GZIP + b"something",
    "a bomb": gzip.compress(bytes(100_000)),
    "a bomb of two members": gzip.compress(bytes(100_000)) * 2,
    "a bomb that takes its time": gzip.compress(bytes(range(256)) * 40 * 256 + ZEROS),
}


@pytest.mark.parametrize("name", BAD_GZIP)
def test_corrupt_gzip_and_gzip_bombs_are_kept_unchanged(name: str) -> None:
    found = _only(BAD_GZIP[name])

    assert isinstance(found, Undecodable)
    assert (found.code, base64.b64decode(found.raw)) == ("gzip", BAD_GZIP[name])


def test_gzip_of_several_members_is_one_text() -> None:
    assert _only(gzip.compress(b"one ") + gzip.compress(b"two")) == b"one two"


def test_gzip_inside_gzip_is_inflated_once() -> None:
    assert _only(gzip.compress(GZIP)) == GZIP


def test_ordinary_text_may_be_as_large_as_the_limit() -> None:
    lines = b"".join(
        b'{"event_id":"e-%d","session_id":"s-%d"}' % (number, zlib.crc32(b"%d" % number)) for number in range(10_000)
    )

    assert _only(gzip.compress(lines)) == lines


def test_highly_compressed_payloads_are_split_into_parts_that_depend_only_on_earlier_records() -> None:
    large = _payload(gzip.compress(b"".join(b"%d," % number for number in range(1_600_000))))
    run = [large] * 5

    parts = list(decode(run))
    again = list(decode([*run, large]))

    assert [record for part in parts for record in part.records] == [0, 1, 2, 3, 4]
    assert len(parts) > 1
    assert all(sum(map(len, part.texts)) <= LARGEST_PART for part in parts)  # type: ignore[arg-type] # all are texts
    assert [part.records for part in again[: len(parts) - 1]] == [part.records for part in parts[:-1]]
    assert again[len(parts) - 1].records[0] == parts[-1].records[0]
