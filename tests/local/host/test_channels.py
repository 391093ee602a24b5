"""The contracts' WebSocket addresses become channels of one WebSocket API."""

from urllib.parse import unquote

import pytest

from infra.local.gateway.websocket_routes import WebSocketApi, channel_of, select_protocol
from tests.websocket_paths import CHANNELS

API = WebSocketApi.at("http://127.0.0.1:4566", "abc", "local")


@pytest.mark.parametrize(("path", "channel"), CHANNELS.items())
def test_a_path_names_its_channel(path: str, channel: str | None) -> None:
    assert channel_of(unquote(path)) == channel


def test_the_channel_precedes_the_unchanged_client_query() -> None:
    url = API.url("dashboards/a b&c", "token=x%2By")

    assert url == "ws://127.0.0.1:4566/_aws/execute-api/abc/local?channel=dashboards%2Fa+b%26c&token=x%2By"


def test_a_client_cannot_choose_another_channel_in_its_query() -> None:
    url = API.url("dashboards/mine", "channel=dashboards/theirs&token=t")

    assert url.endswith("?channel=dashboards%2Fmine&token=t")


def test_the_word_bearer_is_confirmed_and_never_the_token() -> None:
    assert select_protocol(["bearer", "eyJ.a.b"]) == "bearer"
    assert select_protocol(["graphql-ws"]) is None
    assert select_protocol([]) is None
