"""Files that are too large for a response are downloaded from a URL, in parts if need be, for a quarter of an hour."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
import requests

from infra.local.guard.browser import RequestHead
from infra.local.guard.signature import SignedRequest, parse_signature
from tests.functions.exports.conftest import World

Deploy = Callable[..., World]


@pytest.fixture
def url(deploy: Deploy) -> str:
    """The URL of an export of decisions."""
    reply = deploy(largest_answer_bytes=1_000).export("decisions")
    assert reply.status == 303
    return reply.headers["location"]


def test_an_interrupted_download_is_continued_where_it_stopped(deploy: Deploy, url: str) -> None:
    whole = deploy().export("decisions")
    half = len(whole.content) // 2

    parts = [requests.get(url, headers={"Range": f"bytes={part}"}, timeout=5) for part in (f"0-{half - 1}", f"{half}-")]

    assert [each.status_code for each in parts] == [206, 206]
    assert parts[1].headers["content-range"] == f"bytes {half}-{len(whole.content) - 1}/{len(whole.content)}"
    assert len({each.headers["etag"] for each in parts}) == 1
    together = b"".join(each.content for each in parts)
    assert hashlib.sha256(together).hexdigest() == whole.headers["x-export-sha256"]


@pytest.mark.parametrize(("after", "refusal"), [(0, None), (899, None), (901, "RequestExpired")])
@pytest.mark.parametrize("part", [{}, {"range": ("bytes=10-",)}], ids=["whole", "part"])
def test_the_signature_of_a_url_is_valid_for_a_quarter_of_an_hour(
    url: str, part: dict[str, tuple[str, ...]], after: int, refusal: str | None
) -> None:
    """moto accepts expired signatures; the laptop's guard checks them as AWS does."""
    split = urlsplit(url)
    head = RequestHead("GET", split.path, {"host": (split.netloc,), **part})
    signed = datetime.strptime(parse_qs(split.query)["X-Amz-Date"][0], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)

    request = parse_signature(head, split.query)
    assert isinstance(request, SignedRequest)
    own = boto3.Session().get_credentials()  # moto's
    assert own
    fault = request.fault(own.secret_key, b"", signed + timedelta(seconds=after))

    assert (fault and fault.code) == refusal
