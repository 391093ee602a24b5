"""The batch client posts as any client does, and explains whatever is not full success."""

from collections.abc import Iterator

import orjson
import pytest

from infra.local.demo.batches import BatchClient, DemoNotSent
from tests.local.demo.doors import Answer, Api, events, serving


@pytest.fixture
def api() -> Iterator[Api]:
    with serving() as api:
        yield api


@pytest.fixture
def client(api: Api) -> Iterator[BatchClient]:
    client = BatchClient(api.url, token="a-token", extracted_at="2026-11-22T13:37:00Z")
    yield client
    client.close()


REFUSED: Answer = (
    400,
    {
        "success": False,
        "error": {
            "code": "VALIDATION_ERROR",
            "message": "Request validation failed",
            "field_errors": [{"field": f"/data/{row}/quantity", "message": "must be a number"} for row in range(7)],
        },
    },
)
QUARANTINED: Answer = (
    201,
    {"success": True, "data": {"status": "accepted", "errors": [{"row": 3, "field": "/score", "message": "too big"}]}},
)


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (REFUSED, r"2 events of web-shop: .*/ingest/batch answered 400 VALIDATION_ERROR: Request validation failed "),
        (REFUSED, r"/data/0/quantity: must be a number; .*/data/4/quantity: must be a number; and 2 more"),
        ((503, b"<html>upstream</html>"), r"answered 503: <html>upstream"),
        ((502, {"message": "Internal server error"}), r"answered 502"),
        ((201, {"success": True, "data": {"status": "rejected"}}), r"rejected rows"),
        (QUARANTINED, r"201 but rejected rows \(row 3 /score: too big\)"),
    ],
)
def test_a_partially_failed_response_is_explained(api: Api, client: BatchClient, answer: Answer, sentence: str) -> None:
    api.answer = answer

    with pytest.raises(DemoNotSent, match=sentence):
        client.post("web-shop", "events", events(2))


def test_an_unreachable_platform_is_named() -> None:
    with serving() as gone:
        url = gone.url
    client = BatchClient(url, token="a-token", extracted_at="2026-11-22T13:37:00Z")

    with pytest.raises(DemoNotSent, match=r"cannot be reached.*is the platform running"):
        client.post("web-shop", "events", events(1))


def test_a_large_batch_is_sent_compressed(api: Api, client: BatchClient) -> None:
    client.post("web-shop", "events", events(2_000))

    assert api.batches[0]["data"] == events(2_000)
    assert api.sizes[0] < 0.2 * len(orjson.dumps(events(2_000)))
