"""Which pages of a browser may call the API, and which may read its answers."""

import httpx
import pytest

from tests.local.conftest import RunningPlatform
from tests.local.end_to_end.client import Client

JSON = {"Content-Type": "application/json"}
MB = 2**20


def preflight(client: Client, origin: str) -> httpx.Headers:
    headers = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type, content-encoding, authorization",
    }
    answer = client.http.options("/ingest/batch", headers=headers)
    assert answer.status_code == 204
    return answer.headers


def test_the_web_page_may_call_with_credentials(platform: RunningPlatform, client: Client) -> None:
    origin = f"http://localhost:{platform.ports.web}"

    asked = preflight(client, origin)
    read = client.http.get("/ingest/sources", headers={"Origin": origin}).headers

    assert asked["Access-Control-Allow-Origin"] == read["Access-Control-Allow-Origin"] == origin
    assert asked["Access-Control-Allow-Credentials"] == read["Access-Control-Allow-Credentials"] == "true"
    assert {"GET", "POST", "PUT", "DELETE"} <= set(asked["Access-Control-Allow-Methods"].split(","))
    allowed = asked["Access-Control-Allow-Headers"].lower().split(",")
    assert {"content-type", "authorization", "x-requested-with", "content-encoding"} <= set(allowed)
    assert "X-Request-Id" in read["Access-Control-Expose-Headers"]


def test_the_web_page_may_call_from_its_printed_address(platform: RunningPlatform, client: Client) -> None:
    origin = platform.ports.url("web")

    assert preflight(client, origin)["Access-Control-Allow-Origin"] == origin


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://localhost.evil.example:3008"])
def test_a_foreign_page_may_not_read(client: Client, origin: str) -> None:
    answers = [
        client.http.get("/ingest/sources", headers={"Origin": origin}),
        client.http.get("/nope", headers={"Origin": origin}),
        client.http.post("/ingest/batch", content=b"{", headers={"Origin": origin, **JSON}),
    ]

    assert preflight(client, origin)["Access-Control-Allow-Origin"] not in {origin, "*"}
    assert all("Access-Control-Allow-Origin" not in answer.headers for answer in answers)
    assert all("Origin" in answer.headers["Vary"] for answer in answers)


def test_the_web_page_can_read_why_the_api_refused(platform: RunningPlatform, client: Client) -> None:
    origin = f"http://localhost:{platform.ports.web}"
    headers = {"Origin": origin, **JSON}

    answers = [
        client.http.get("/nope", headers=headers),
        client.http.delete("/ingest/batch", headers=headers),
        client.http.post("/ingest/batch", content=b"{", headers=headers),
    ]

    assert [answer.status_code for answer in answers] == [404, 405, 400]
    assert {answer.headers.get("Access-Control-Allow-Origin") for answer in answers} == {origin}


def test_the_web_page_can_read_why_the_front_door_refused(platform: RunningPlatform, client: Client) -> None:
    origin = f"http://localhost:{platform.ports.web}"

    answer = client.http.post("/ingest/batch", content=b" " * (11 * MB), headers={"Origin": origin, **JSON})

    assert (answer.status_code, answer.headers.get("Access-Control-Allow-Origin")) == (413, origin)
