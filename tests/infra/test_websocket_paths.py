"""CloudFront's function for WebSocket addresses, run by Node."""

import json
import subprocess
from typing import Any

import pytest

from infra.aws.distribution import WEBSOCKET_PATHS
from infra.aws.names import WEBSOCKET_STAGE
from tests.websocket_paths import CHANNELS

_MOST_BYTES = 10 * 1024


def handled(*events: Any) -> list[Any]:
    """What the function returns for each event."""
    program = f"{WEBSOCKET_PATHS.read_text()}\nconsole.log(JSON.stringify({json.dumps(events)}.map(handler)))"
    ran = subprocess.run(  # noqa: S603 # our own program
        ["node", "-e", program],  # noqa: S607 # the Node of this machine
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    found: list[Any] = json.loads(ran.stdout)
    return found


def asked(uri: str, **query: str) -> Any:
    """The event of a handshake."""
    querystring = {name: {"value": value} for name, value in query.items()}
    return {"version": "1.0", "request": {"method": "GET", "uri": uri, "querystring": querystring, "headers": {}}}


def test_a_path_becomes_the_channel_that_the_front_door_makes_of_it() -> None:
    found = handled(*map(asked, CHANNELS))

    channels = [each["querystring"]["channel"]["value"] if "uri" in each else None for each in found]
    assert channels == [None if each is None else encoded(each) for each in CHANNELS.values()]


def encoded(channel: str) -> str:
    """A channel in a query."""
    written = {"/": "%2F", " ": "%20", "ö": "%C3%B6", "ß": "%C3%9F"}
    return "".join(written.get(each, each) for each in channel)


def test_the_request_is_passed_on_to_the_stage_with_the_token() -> None:
    (request,) = handled(asked("/ws/analytics", token="a%2Bb"))

    assert request["uri"] == f"/{WEBSOCKET_STAGE}"
    assert request["querystring"] == {"channel": {"value": "analytics"}, "token": {"value": "a%2Bb"}}


@pytest.mark.parametrize("name", ["channel", "%63hannel"])
def test_a_client_cannot_choose_another_channel(name: str) -> None:
    (request,) = handled(asked("/ws/dashboards/mine", **{name: "dashboards%2Ftheirs"}))

    assert request["querystring"] == {"channel": {"value": "dashboards%2Fmine"}}


@pytest.mark.parametrize("uri", ["/ws/nothing", "/ws/dashboards/%", "/ws/dashboards/a%2Fb"])
def test_another_path_is_not_found_without_asking_the_api(uri: str) -> None:
    assert handled(asked(uri)) == [{"statusCode": 404, "statusDescription": "Not Found"}]


def test_the_function_is_small_enough_for_cloudfront() -> None:
    assert len(WEBSOCKET_PATHS.read_bytes()) <= _MOST_BYTES
