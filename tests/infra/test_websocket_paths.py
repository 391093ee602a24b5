"""CloudFront's function for WebSocket addresses, run by Node."""

import pytest

from infra.aws.distribution import WEBSOCKET_PATHS
from infra.aws.names import WEBSOCKET_STAGE
from tests.infra.cloudfront import MOST_BYTES, asked, handled
from tests.websocket_paths import CHANNELS


def test_a_path_becomes_the_channel_that_the_front_door_makes_of_it() -> None:
    found = handled(WEBSOCKET_PATHS, *map(asked, CHANNELS))

    channels = [each["querystring"]["channel"]["value"] if "uri" in each else None for each in found]
    assert channels == [None if each is None else encoded(each) for each in CHANNELS.values()]


def encoded(channel: str) -> str:
    """A channel in a query."""
    written = {"/": "%2F", " ": "%20", "ö": "%C3%B6", "ß": "%C3%9F"}
    return "".join(written.get(each, each) for each in channel)


def test_the_request_is_passed_on_to_the_stage_with_the_token() -> None:
    (request,) = handled(WEBSOCKET_PATHS, asked("/ws/analytics", token="a%2Bb"))

    assert request["uri"] == f"/{WEBSOCKET_STAGE}"
    assert request["querystring"] == {"channel": {"value": "analytics"}, "token": {"value": "a%2Bb"}}


@pytest.mark.parametrize("name", ["channel", "%63hannel"])
def test_a_client_cannot_choose_another_channel(name: str) -> None:
    (request,) = handled(WEBSOCKET_PATHS, asked("/ws/dashboards/mine", **{name: "dashboards%2Ftheirs"}))

    assert request["querystring"] == {"channel": {"value": "dashboards%2Fmine"}}


@pytest.mark.parametrize("uri", ["/ws/nothing", "/ws/dashboards/%", "/ws/dashboards/a%2Fb"])
def test_another_path_is_not_found_without_asking_the_api(uri: str) -> None:
    assert handled(WEBSOCKET_PATHS, asked(uri)) == [{"statusCode": 404, "statusDescription": "Not Found"}]


def test_the_function_is_small_enough_for_cloudfront() -> None:
    assert len(WEBSOCKET_PATHS.read_bytes()) <= MOST_BYTES
