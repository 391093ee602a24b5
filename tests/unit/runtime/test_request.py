"""Requests made plain: bodies inflated within bounds and in time proportionate to their size."""

import base64
import gzip
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.runtime.errors import InvalidRequest, PayloadTooLarge, UnsupportedMediaType
from shared.runtime.request import header, inflate, normalise
from tests.events.api_gateway import rest_event
from tests.tiers import examples


@settings(max_examples=examples(50), deadline=None)
@given(st.lists(st.binary(max_size=200), min_size=1, max_size=5))
def test_gzip_data_is_inflated_member_after_member(parts: list[bytes]) -> None:
    assert inflate(b"".join(map(gzip.compress, parts)), 10_000) == b"".join(parts)


@settings(max_examples=examples(100), deadline=None)
@given(st.binary(max_size=400), st.integers(0, 30), st.integers(0, 255))
def test_corrupt_gzip_data_raises_only_the_refusal(data: bytes, place: int, value: int) -> None:
    garbled = bytearray(gzip.compress(data))
    garbled[place % len(garbled)] = value

    try:
        inflated = inflate(bytes(garbled), 10_000)
    except InvalidRequest:
        return

    assert zlib.crc32(inflated) == zlib.crc32(data)


def test_exactly_the_limit_is_accepted_and_no_byte_more() -> None:
    assert len(inflate(gzip.compress(bytes(1000)), 1000)) == 1000
    with pytest.raises(PayloadTooLarge):
        inflate(gzip.compress(bytes(1001)), 1000)


def test_members_count_together_against_the_limit() -> None:
    with pytest.raises(PayloadTooLarge):
        inflate(gzip.compress(bytes(600)) * 2, 1000)


@pytest.mark.parametrize("name", ["X-Thing", "x-thing", "X-THING"])
def test_headers_are_found_in_any_case(name: str) -> None:
    assert header({"headers": {name: "1"}}, "X-thing") == "1"
    assert header({"headers": None}, "X-Thing") is None


def test_a_body_in_base64_becomes_text() -> None:
    event = rest_event("POST", "/x", raw='{"a":"ü"}'.encode())

    read = normalise(event)

    assert (read["body"], read["isBase64Encoded"]) == ('{"a":"ü"}', False)


def test_a_body_with_invalid_base64_is_malformed() -> None:
    event = rest_event("POST", "/x", raw="%%%") | {"isBase64Encoded": True}

    with pytest.raises(InvalidRequest, match="base64"):
        normalise(event)


def test_a_body_inflated_by_a_proxy_is_taken_unchanged() -> None:
    event = rest_event("POST", "/x", raw=b"{}", headers={"content-encoding": "gzip"})

    assert normalise(event)["body"] == "{}"


@pytest.mark.parametrize("name", ["Content-Type", "content-type", "IDEMPOTENCY-KEY"])
@pytest.mark.parametrize("other", [str.upper, str.lower])
def test_duplicate_content_headers_are_refused(name: str, other: Callable[[str], str]) -> None:
    twice = {name: ["a", "b"]} if other(name) == name else {name: ["a"], other(name): ["b"]}
    event = rest_event("POST", "/x", raw=b"{}") | {"multiValueHeaders": twice}

    with pytest.raises(InvalidRequest) as refused:
        normalise(event)

    assert [each.field for each in refused.value.field_errors] == [name.lower()]


def test_a_repeated_encoding_is_unsupported() -> None:
    event = rest_event("POST", "/x", raw=gzip.compress(b"{}"))

    with pytest.raises(UnsupportedMediaType, match="'gzip, gzip'"):
        normalise(event | {"multiValueHeaders": {"Content-Encoding": ["gzip", "gzip"]}})


def test_requests_without_a_body_pass_unchanged() -> None:
    event = rest_event("GET", "/x", headers={"content-type": "text/html"})

    assert normalise(event) == event
    assert base64.b64encode(b"") == b""
