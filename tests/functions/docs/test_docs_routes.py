"""The document and its page are served from the function's own files, and lead nowhere else."""

import base64
import gzip
import re
from typing import Any
from urllib.parse import urljoin

import orjson
import pytest

from functions.docs.files import Asset
from functions.docs.handler import handler
from functions.openapi import COPY, document
from tests.events.api_gateway import context, rest_event

PAGE = "/api/v1/docs"


def _get(path: str, **headers: str) -> tuple[int, str, dict[str, str]]:
    answer: Any = handler(rest_event("GET", path, headers=headers), context())
    told = {name: values[0] for name, values in answer["multiValueHeaders"].items()}
    body = answer["body"]
    if answer["isBase64Encoded"]:
        body = gzip.decompress(base64.b64decode(body)).decode()
    return answer["statusCode"], body, told


def test_the_document_is_served_as_it_is_committed() -> None:
    status, body, headers = _get("/api/v1/openapi.json")

    assert (status, headers["Content-Type"]) == (200, "application/json")
    assert body == COPY.read_text()
    assert orjson.loads(body) == document()


def test_the_document_in_the_repository_equals_the_served_one() -> None:
    assert (COPY.parents[2] / "docs" / "openapi.json").resolve() == COPY


def test_clients_accepting_gzip_get_gzip() -> None:
    status, body, headers = _get("/api/v1/openapi.json", **{"Accept-Encoding": "gzip, br"})

    assert (status, headers["Content-Encoding"], body) == (200, "gzip", COPY.read_text())


def test_the_same_function_serves_everything_the_page_loads() -> None:
    status, page, headers = _get(PAGE)
    loaded = [urljoin(f"https://api.example{PAGE}", each) for each in re.findall(r'(?:src|href)="([^"]+)"', page)]

    assert (status, headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert {each.removeprefix(f"https://api.example{PAGE}/") for each in loaded} == set(Asset)
    assert {_get(each.removeprefix("https://api.example"))[0] for each in loaded} == {200}


def test_the_address_with_a_slash_at_the_end_leads_to_the_page() -> None:
    status, _, headers = _get(f"{PAGE}/")

    assert status == 308
    assert urljoin(f"https://api.example/stage{PAGE}/", headers["Location"]) == f"https://api.example/stage{PAGE}"


def test_the_page_shows_the_document_of_this_api() -> None:
    _, script, _ = _get(f"{PAGE}/{Asset.START}")
    (url,) = re.findall(r'url: "([^"]+)"', script)

    assert urljoin(PAGE, url) == "/api/v1/openapi.json"
    assert "validatorUrl: null" in script


def test_the_page_allows_nothing_from_elsewhere() -> None:
    _, _, headers = _get(PAGE)

    policy = dict(rule.split(" ", 1) for rule in headers["Content-Security-Policy"].split("; "))
    assert (policy["default-src"], policy["script-src"], policy["connect-src"]) == ("'none'", "'self'", "'self'")


@pytest.mark.parametrize("asset", Asset)
def test_each_page_file_has_the_content_type_browsers_require(asset: Asset) -> None:
    status, body, headers = _get(f"{PAGE}/{asset}")

    kind = "text/css" if asset is Asset.STYLE else "text/javascript"
    assert (status, headers["Content-Type"].split(";")[0], headers["X-Content-Type-Options"]) == (200, kind, "nosniff")
    assert len(body) > 100


@pytest.mark.parametrize("name", ["routes.py", "..", "openapi.json", "..%2Fhandler.py"])
def test_no_other_file_is_served(name: str) -> None:
    status, body, _ = _get(f"{PAGE}/{name}")

    assert (status, orjson.loads(body)["error"]["code"]) == (404, "NOT_FOUND")
