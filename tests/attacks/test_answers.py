"""Answers and items stay within AWS's limits, whatever the rows and requests behind them contain."""

import gzip
import json
from typing import Any

import boto3
import orjson
import pytest

from functions.declaration import Route
from functions.manifest import HTTP_FUNCTIONS
from functions.openapi import document
from shared.app.large_responses import RESULTS_BUCKET
from shared.app.wiring import Wiring
from shared.customers.models import FavoriteCategory
from shared.ledger.store import LEDGER_TABLE
from shared.records.value_schemas import LONGEST_TEXT
from shared.runtime.resources import Resource
from tests.attacks.test_ids import UPLOAD, profile_of
from tests.fakes.answers import Answer
from tests.fakes.identities import Visitor
from tests.fakes.records import sale
from tests.functions.every_route import OWNERS, ask

ITEM = 400 * 1024
"""Bytes of an item of DynamoDB."""
SMALL = 200_000
BATCH = Route("/api/v1/ingest/batch", "POST")
SMILE = "\U0001f600"


def sent(attacker: Visitor, rows: list[Any]) -> Answer:
    """Send a batch of transactions, compressed."""
    body = {"source_id": "web-shop", "data_type": "transactions", "format": "json", "data": rows}
    raw = gzip.compress(orjson.dumps(body), compresslevel=1)
    return Answer.of(ask(BATCH, raw=raw, headers={"Content-Encoding": "gzip"}, token=attacker.token))


def items(wired: Wiring, resource: Resource) -> list[Any]:
    """Every item of a table."""
    return list(boto3.client("dynamodb").scan(TableName=wired.settings.name_of(resource))["Items"])


def test_a_request_with_100_000_wrong_fields_names_the_first_100(attacker: Visitor) -> None:
    body = {f"{'x' * 300}{number}": number for number in range(100_000)}
    route = Route("/api/v1/ingest/sources/{source_id}", "PUT")

    answer = Answer.of(ask(route, at="/api/v1/ingest/sources/web-shop", body=body, token=attacker.token))

    assert (answer.status, len(answer.error["field_errors"])) == (400, 100)
    assert answer.error["details"] == {"further_field_errors": 99_900}
    assert len(orjson.dumps(answer.body)) < SMALL


def test_errors_of_large_values_are_small(platform: Wiring, attacker: Visitor) -> None:
    good = [sale(number) for number in range(900)]
    bad = [sale(1000 + number, unit_price=SMILE * 25_000) for number in range(100)]

    answer = sent(attacker, [*good, *bad])

    assert (answer.status, len(answer.data["errors"])) == (201, 100)
    assert len(orjson.dumps(answer.body)) < 400_000
    assert all(len(orjson.dumps(item)) < ITEM for item in items(platform, LEDGER_TABLE))


def test_a_page_of_large_rows_is_redirected(platform: Wiring, attacker: Visitor) -> None:
    sent(attacker, [*(sale(number) for number in range(900)), *({"a": SMILE * 20_000} for _ in range(100))])
    query = {"size": ["100"], "code": ["required"]}

    answer = ask(Route("/api/v1/ingest/quarantine", "GET"), query=query, token=attacker.token)

    assert (answer["statusCode"], answer["body"]) == (303, "")
    assert answer["multiValueHeaders"]["Location"][0].startswith("https://")
    assert platform.settings.name_of(RESULTS_BUCKET) in answer["multiValueHeaders"]["Location"][0]


def test_every_paged_function_may_redirect_large_pages() -> None:
    paged = {
        OWNERS[Route(path, method.upper())].name
        for path, item in document()["paths"].items()
        for method, operation in item.items()
        if {"size", "limit"} & {parameter["name"] for parameter in operation.get("parameters", ())}
    }
    redirecting = {each.name for each in HTTP_FUNCTIONS if any(it.resource is RESULTS_BUCKET for it in each.writes)}

    assert paged - redirecting == {"auth"}  # 100 keys, whose names are short


@pytest.mark.parametrize(
    "said",
    [
        {"metadata": {"source_system": "x" * 500_000}},
        {"metadata": {"schema_version": "x" * 500_000}},
        {"metadata": {"compression": "x" * 500_000}},
        {"options": {"columns": [SMILE * 100] * 1000}},
        {"options": {"record_element": "x" * 500_000}},
        {"options": {"encoding": "x" * 500_000}},
        {"size": 10**400},
    ],
    ids=lambda said: str(said)[:40],
)
def test_an_upload_request_exceeding_an_item_is_refused(attacker: Visitor, said: Any) -> None:
    raw = json.dumps({**UPLOAD, **said})

    answer = Answer.of(ask(Route("/api/v1/ingest/uploads", "POST"), raw=raw, token=attacker.token))

    assert answer.status == 400
    assert len(orjson.dumps(answer.body)) < 5_000


@pytest.mark.parametrize("character", [SMILE, "\x00", '"'])
def test_a_profile_of_maximum_texts_fits_into_an_item(character: str) -> None:
    text = character * LONGEST_TEXT
    profile = profile_of(SMILE * 128)
    favorites = [FavoriteCategory(category=text, share=0.3)] * 3
    told = {"favorite_categories": favorites, "preferred_channel": text, "preferred_region": text}
    liked = profile.preferences.model_copy(update=told)

    assert len(profile.model_copy(update={"preferences": liked}).model_dump_json().encode()) < ITEM
