"""The limits are API Gateway's and Lambda's own, counted as they count."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.local.gateway import limits


@given(body=st.binary(max_size=2_000))
def test_a_binary_body_counts_as_its_base64(body: bytes) -> None:
    assert limits.text_bytes(body, binary=True) == len(base64.b64encode(body)) + 2


@given(body=st.text(max_size=500))
def test_a_text_body_counts_as_escaped_json(body: str) -> None:
    counted = limits.text_bytes(body.encode(), binary=False)

    assert counted == len(json.dumps(body, ensure_ascii=False).encode())


def test_quotes_lengthen_a_json_body_inside_the_event() -> None:
    body = b'{"a":"b"}' * 1000

    assert limits.text_bytes(body, binary=False) == len(body) + 4 * 1000 + 2


def test_an_event_is_longer_than_its_body_by_its_headers_and_context() -> None:
    headers = (("X-Long", "v" * 100),)

    length = limits.event_bytes(target="/api/v1/x", headers=headers, body=b"", binary=False)

    assert length > limits.event_bytes(target="/api/v1/x", headers=(), body=b"", binary=False) + 200


@pytest.mark.parametrize(
    ("body", "fits"),
    [(b"x" * 6_000_000, True), (b"x" * (6 * 1024 * 1024), False), (b"\n" * 4_000_000, False)],
)
def test_a_response_fits_if_its_json_fits(body: bytes, fits: bool) -> None:
    assert limits.fits_answer(body, binary=False) is fits


def test_a_binary_answer_may_be_four_and_a_half_megabytes() -> None:
    assert limits.fits_answer(b"\xff" * 4_700_000, binary=True)
    assert not limits.fits_answer(b"\xff" * 4_800_000, binary=True)


@pytest.mark.parametrize(
    ("content_type", "binary"),
    [
        ("application/gzip", True),
        ("Application/GZIP; q=1", True),
        ("image/png", True),
        ("application/json", False),
        ("", False),
    ],
)
def test_media_types_are_binary_by_the_apis_patterns(content_type: str, binary: bool) -> None:
    assert limits.is_binary(content_type, ["application/gzip", "image/*"]) is binary


def test_everything_named_is_binary_for_an_api_that_says_so() -> None:
    assert limits.is_binary("application/json", ["*/*"])
    assert not limits.is_binary("", ["*/*"])
