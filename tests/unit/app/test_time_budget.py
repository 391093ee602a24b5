"""Of the time that a request has, all that may be waited for leaves enough to answer in."""

from typing import Any

from functions.manifest import HTTP_FUNCTIONS
from shared.app import http
from shared.lake.catalog.tables import LAKE_DATABASE
from shared.runtime import clients

LONGEST_BACK_OFF = 1
"""Seconds that botocore's standard mode waits at most before a second try."""
OF_API_GATEWAY = 29


def longest_call(config: Any) -> int:
    """How long a call to a service takes whose connections are accepted and never answered."""
    tries: int = config.retries["total_max_attempts"]
    seconds: int = tries * config.read_timeout + (tries - 1) * LONGEST_BACK_OFF
    return seconds


def test_a_hanging_query_that_cannot_be_stopped_leaves_time_for_a_response() -> None:
    waited = min(clients.INTERACTIVE_TIMEOUT, OF_API_GATEWAY - http._TO_WRAP_UP_SECONDS)

    assert waited + 2 * longest_call(clients._INTERACTIVE) < OF_API_GATEWAY


def test_querying_functions_have_the_timeout_of_api_gateway() -> None:
    querying = [each for each in HTTP_FUNCTIONS if LAKE_DATABASE in each.resources]

    assert querying
    assert {each.timeout_seconds for each in querying} == {OF_API_GATEWAY}
