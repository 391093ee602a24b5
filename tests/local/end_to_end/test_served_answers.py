"""Responses through the front door: conditional, coalesced, redirected if too large; never stale."""

import gzip
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.local.conftest import RunningPlatform
from tests.local.end_to_end.client import Client, connected, data_of, sale
from tests.local.end_to_end.waiting import until

SOURCE, CURRENCY = "served-answers", "NOK"
DAY = "2016-05-02"
WEEK = {"metric_type": "revenue", "time_range[start]": "2016-05-01", "time_range[end]": "2016-05-08"}
ASKED = {**WEEK, "filters[currency]": CURRENCY}


def answered(client: Client, asked: dict[str, str], tag: str | None = None, **more: str) -> httpx.Response:
    headers = {**more, **({} if tag is None else {"If-None-Match": tag})}
    return client.http.get("/analytics/metrics", params=asked, headers=headers)


def test_a_response_is_not_modified_until_the_next_merge(client: Client) -> None:
    client.send_all(SOURCE, [sale("first", DAY, currency=CURRENCY)])
    before = answered(client, ASKED)
    at_hand = answered(client, ASKED, before.headers["ETag"])
    client.send_all(SOURCE, [sale("second", DAY, currency=CURRENCY)])
    after = answered(client, ASKED, before.headers["ETag"])

    assert (before.status_code, at_hand.status_code, after.status_code) == (200, 304, 200)
    assert (at_hand.content, at_hand.headers["ETag"]) == (b"", before.headers["ETag"])
    assert at_hand.headers["Cache-Control"] == before.headers["Cache-Control"] == "private, no-cache"
    assert "X-Request-Id" in at_hand.headers
    assert (data_of(before)["summary"]["total"], data_of(after)["summary"]["total"]) == (1, 2)
    assert after.headers["ETag"] != before.headers["ETag"]


HOURLY = {**ASKED, "granularity": "hourly"}


def test_a_large_response_is_compressed_for_clients_that_accept_it(client: Client) -> None:
    plain = answered(client, HOURLY, **{"Accept-Encoding": "identity"})
    with client.http.stream("GET", "/analytics/metrics", params=HOURLY, headers={"Accept-Encoding": "gzip"}) as packed:
        raw = b"".join(packed.iter_raw())

    read = json.loads(gzip.decompress(raw))
    assert (packed.headers["Content-Encoding"], "Content-Encoding" in plain.headers) == ("gzip", False)
    assert len(raw) * 2 < len(plain.content)
    assert read["data"]["data"] == plain.json()["data"]["data"]
    assert read["request_id"] == packed.headers["X-Request-Id"]


def test_head_is_get_without_its_body(client: Client) -> None:
    got = answered(client, HOURLY)
    head = client.http.head("/analytics/metrics", params=HOURLY)
    wrong = client.http.head("/analytics/metrics", params={**HOURLY, "metric_type": "profit"})

    assert (head.status_code, head.content, wrong.status_code, wrong.content) == (200, b"", 400, b"")
    assert head.headers["ETag"] == got.headers["ETag"]
    assert head.headers["Content-Type"] == got.headers["Content-Type"]
    assert wrong.headers["X-Request-Id"]


@pytest.mark.parametrize("asked", [ASKED, {**ASKED, "metric_type": "profit"}], ids=["answered", "refused"])
def test_the_request_id_of_the_client_is_in_the_header_and_in_the_body(client: Client, asked: dict[str, str]) -> None:
    own = f"client-{uuid4()}"
    named = answered(client, asked, **{"X-Request-Id": own})
    odd = answered(client, asked, **{"X-Request-Id": "no id: <b>"})
    unnamed = answered(client, asked)

    assert named.json()["request_id"] == named.headers["X-Request-Id"] == own
    for each in (odd, unnamed):
        assert each.json()["request_id"] == each.headers["X-Request-Id"]
        assert "<" not in each.headers["X-Request-Id"]
    assert odd.headers["X-Request-Id"] != unnamed.headers["X-Request-Id"]


def test_a_page_may_send_and_read_etags(platform: RunningPlatform, client: Client) -> None:
    origin = f"http://localhost:{platform.ports.web}"
    asks = {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "authorization,if-none-match"}

    preflight = client.http.options("/analytics/metrics", headers={"Origin": origin, **asks})
    read = answered(client, ASKED, "*", Origin=origin)

    assert "if-none-match" in preflight.headers["Access-Control-Allow-Headers"].lower()
    assert read.status_code == 304
    assert "ETag" in read.headers["Access-Control-Expose-Headers"]
    assert read.headers["Access-Control-Allow-Origin"] == origin


def test_concurrent_equal_requests_run_one_query(platform: RunningPlatform) -> None:
    region = f"nowhere-{uuid4()}"

    def ask(_: int) -> dict[str, Any]:
        with connected(platform) as client:
            return data_of(answered(client, {**ASKED, "filters[region]": region}))

    with ThreadPoolExecutor(6) as pool:
        told = list(pool.map(ask, range(6)))

    assert sorted(each["metadata"]["cache_hit"] for each in told) == [False, *[True] * 5]
    assert queries_about(platform, region) == 1


def queries_about(platform: RunningPlatform, value: str) -> int:
    """How many queries Athena was asked to run with a value."""
    athena = platform.client("athena")
    pages = athena.get_paginator("list_query_executions").paginate(WorkGroup=platform.outputs.work_group)
    ids = [each for page in pages for each in page["QueryExecutionIds"]]
    batches = [ids[start : start + 50] for start in range(0, len(ids), 50)]
    found = [
        each
        for batch in batches
        for each in athena.batch_get_query_execution(QueryExecutionIds=batch)["QueryExecutions"]
    ]
    return len([each for each in found if f"'{value}'" in each.get("ExecutionParameters", ())])


@contextmanager
def little_fits(platform: RunningPlatform, function: str) -> Iterator[None]:
    """Let a function give only small answers for a while."""
    functions = platform.client("lambda")
    name = f"tally-local-{function}"
    variables = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    less = {**variables, "TALLY_LARGEST_ANSWER_BYTES": "500"}
    functions.update_function_configuration(FunctionName=name, Environment={"Variables": less})
    try:
        yield
    finally:
        functions.update_function_configuration(FunctionName=name, Environment={"Variables": variables})


@pytest.fixture
def redirected(platform: RunningPlatform, client: Client) -> Iterator[httpx.Response]:
    """A redirect to the answer about the week."""
    with little_fits(platform, "metrics"):
        yield until(
            lambda: answer if (answer := answered(client, ASKED)).status_code == 303 else None,
            seconds=30,
            what="the function reads its settings anew",
        )


def test_a_large_response_is_read_by_following_the_redirect(client: Client, redirected: httpx.Response) -> None:
    followed = client.http.get("/analytics/metrics", params=ASKED, follow_redirects=True)

    [first] = followed.history
    body = followed.json()
    assert (redirected.content, first.status_code, followed.status_code) == (b"", 303, 200)
    assert followed.headers["Content-Type"] == "application/json"
    assert (body["success"], body["request_id"]) == (True, first.headers["X-Request-Id"])
    assert len(body["data"]["data"]) == 7


def test_a_page_may_read_the_redirect_target(redirected: httpx.Response) -> None:
    """Browsers call themselves null where one foreign origin sends them to another."""
    read = httpx.get(redirected.headers["Location"], headers={"Origin": "null"}, timeout=30)

    assert (read.status_code, httpx.URL(redirected.headers["Location"]).params["X-Amz-Expires"]) == (200, "900")
    assert read.headers["Access-Control-Allow-Origin"] in {"*", "null"}
