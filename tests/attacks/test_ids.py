"""Ids, wherever a request carries one: refused or stored distinctly; never a fault, never another record's data."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

import orjson
import pytest

from functions.declaration import Route
from functions.openapi import document
from shared.app.wiring import Wiring
from shared.customers.models import CustomerProfileResponse, CustomerSegmentationResponse
from tests.attacks.hostile import TEXTS
from tests.fakes.answers import Answer
from tests.fakes.customer_runs import customer_run
from tests.fakes.identities import Visitor
from tests.fakes.state_dump import keys
from tests.functions.every_route import ask

LONE_SURROGATE = "\ud800"
NOT_FOUND_FIRST = {"/api/v1/analytics/pipeline/health", "/api/v1/dashboards/{dashboard_id}/data"}
"""Routes that say that what a path or query names does not exist, whatever else is wrong with the query."""
RANGE = {"time_range[start]": ["2026-01-01"], "time_range[end]": ["2026-01-05"]}
UPLOAD = {"source_id": "web-shop", "data_type": "transactions", "format": "csv"}
PROFILE = Route("/api/v1/analytics/customers/{customer_id}/profile", "GET")


def parameters(place: str) -> Iterator[tuple[Route, Mapping[str, Any]]]:
    """Every parameter of a kind in the published document, with its route."""
    for path, item in document()["paths"].items():
        for method, operation in item.items():
            for parameter in operation.get("parameters", ()):
                if parameter["in"] == place:
                    yield Route(path, method.upper()), parameter


def is_free_text(parameter: Mapping[str, Any]) -> bool:
    """Whether more than a word of a list, a number or a time is expected."""
    written = orjson.dumps(parameter["schema"])
    return not any(sign in written for sign in (b'"enum"', b'"integer"', b'"date-time"', b'"boolean"'))


IN_PATHS = [(route, parameter["name"]) for route, parameter in parameters("path")]
IN_QUERIES = [(route, parameter["name"]) for route, parameter in parameters("query") if is_free_text(parameter)]
HEADERS = sorted({parameter["name"] for _, parameter in parameters("header")})
each_in_paths = pytest.mark.parametrize(("route", "name"), IN_PATHS, ids=lambda it: str(getattr(it, "path", it)))
each_in_queries = pytest.mark.parametrize(("route", "name"), IN_QUERIES, ids=lambda it: str(getattr(it, "path", it)))


def is_answered(answer: Any, *statuses: int) -> bool:
    """Whether an answer has one of these statuses, is JSON in either dialect and has headers of one line."""
    body = orjson.loads(answer["body"])
    refused = answer["statusCode"] >= 400
    spoken = {"code", "message"} <= set(body.get("error", ())) or {"error", "message", "requestId"} <= set(body)
    headers = "".join(value for values in answer["multiValueHeaders"].values() for value in values)
    return answer["statusCode"] in statuses and (spoken or not refused) and headers.isprintable()


@pytest.mark.parametrize("safe", ["", "!$&'()*+,;=:@\\\"<>[]{}^|"])
@each_in_paths
def test_a_hostile_id_in_a_path_is_not_found(
    platform: Wiring, attacker: Visitor, route: Route, name: str, safe: str
) -> None:
    before = keys(platform.settings, "")

    for kind, text in TEXTS.items():
        at = route.path.replace(f"{{{name}}}", quote(text, safe=safe))
        assert is_answered(ask(route, at=at, token=attacker.token), 400, 404), kind

    assert keys(platform.settings, "") == before


@each_in_paths
def test_a_path_that_is_not_unicode_is_malformed(attacker: Visitor, route: Route, name: str) -> None:
    for broken in ("%ff", "%ED%A0%80", "%c0%ae%c0%ae", LONE_SURROGATE):
        at = route.path.replace(f"{{{name}}}", broken)
        assert is_answered(ask(route, at=at, token=attacker.token), 400), broken


@each_in_queries
def test_a_hostile_text_in_a_query_is_refused_or_finds_nothing(attacker: Visitor, route: Route, name: str) -> None:
    known = {parameter["name"] for each, parameter in parameters("query") if each == route}
    usual = {each: values for each, values in {**RANGE, "metric_type": ["revenue"]}.items() if each in known}

    for kind, text in TEXTS.items():
        answer = ask(route, query={**usual, name: [text]}, token=attacker.token)
        assert is_answered(answer, 200, 400, 404), kind
    assert is_answered(ask(route, query={**usual, name: [LONE_SURROGATE]}, token=attacker.token), 400)


@pytest.mark.parametrize("route", sorted({route for route, _ in parameters("query")}, key=str), ids=str)
def test_an_entirely_hostile_query_is_refused(attacker: Visitor, route: Route) -> None:
    names = [parameter["name"] for each, parameter in parameters("query") if each == route]

    for kind, text in {**TEXTS, "lone surrogate": LONE_SURROGATE}.items():
        answer = ask(route, query={name: [text] for name in names}, token=attacker.token)
        assert is_answered(answer, 400, *([404] if route.path in NOT_FOUND_FIRST else [])), kind


@pytest.mark.parametrize("header", [*HEADERS, "X-Request-Id", "User-Agent", "Origin", "X-Forwarded-For"])
def test_a_hostile_header_is_refused_or_ignored(attacker: Visitor, header: str) -> None:
    route = Route("/api/v1/ingest/uploads", "POST")

    for kind, text in {**TEXTS, "lone surrogate": LONE_SURROGATE}.items():
        answer = ask(route, body=UPLOAD, headers={header: text}, token=attacker.token)
        assert is_answered(answer, 201, 400), kind


@pytest.mark.usefixtures("platform")
def test_a_non_unicode_token_is_invalid() -> None:
    assert is_answered(ask(Route("/api/v1/ingest/sources", "GET"), token=LONE_SURROGATE), 401)


NO_IDS: list[Any] = [None, 0, 1.5, True, [], {}, ["web-shop"], {"$ne": ""}]
NO_IDS += [text for text in TEXTS.values() if not text.isalnum() or len(text) > 50]
BODIES: Mapping[str, tuple[str, dict[str, Any]]] = {
    "source of a batch": ("/api/v1/ingest/batch", {"data_type": "transactions", "format": "json", "data": [{}]}),
    "source of an upload": ("/api/v1/ingest/uploads", {"data_type": "transactions", "format": "csv"}),
    "source of a record": (
        "/api/v1/ingest/stream",
        {"data_type": "transactions", "timestamp": "2025-01-01", "data": {"a": 1}},
    ),
}


@pytest.mark.parametrize("place", BODIES)
def test_an_invalid_source_id_is_refused_in_a_body(platform: Wiring, attacker: Visitor, place: str) -> None:
    path, body = BODIES[place]

    for value in NO_IDS:
        answer = ask(Route(path, "POST"), body={**body, "source_id": value}, token=attacker.token)
        assert is_answered(answer, 400), value
        assert "source_id" in Answer.of(answer).fields

    assert keys(platform.settings, "") == []


def test_a_lone_surrogate_in_json_is_malformed(platform: Wiring, attacker: Visitor) -> None:
    raw = '{"source_id":"web-shop\\ud800","data_type":"transactions","format":"csv"}'

    assert is_answered(ask(Route("/api/v1/ingest/uploads", "POST"), raw=raw, token=attacker.token), 400)
    assert keys(platform.settings, "") == []


@pytest.mark.parametrize("field", ["ids", "after", "source_id", "code"])
def test_a_redrive_of_what_does_not_exist_touches_nothing(platform: Wiring, attacker: Visitor, field: str) -> None:
    for text in TEXTS.values():
        body = {field: [f"{text}:1"] if field == "ids" else text}
        answer = ask(Route("/api/v1/ingest/quarantine/redrive", "POST"), body=body, token=attacker.token)
        assert is_answered(answer, 200, 400), text
        assert answer["statusCode"] == 400 or Answer.of(answer).data["rows"] == 0

    assert keys(platform.settings, "") == []


def profile_of(customer_id: str) -> CustomerProfileResponse:
    """A profile that any customer could have."""
    return CustomerProfileResponse.model_validate(
        {
            "customer_id": customer_id,
            "segment": "champions",
            "lifetime_value": 10,
            "total_orders": 1,
            "first_purchase_date": "2025-01-01",
            "last_purchase_date": "2025-01-01",
            "preferences": {
                "favorite_categories": [],
                "preferred_channel": None,
                "preferred_region": None,
                "preferred_hour_utc": None,
                "average_basket_size": 1,
            },
            "behavior_metrics": {
                "orders_last_30d": 1,
                "orders_last_90d": 1,
                "days_since_last_order": 1,
                "average_days_between_orders": None,
                "return_rate": 0,
                "distinct_products": 1,
                "active_days": 1,
                "revenue_last_90d": 10,
            },
            "absent": {},
            "scores": {"recency": 5, "frequency": 5, "monetary": 5},
            "segment_history": [],
            "segmentation_date": "2025-01-02",
            "as_of": "2025-01-01",
            "definition_version": "rfm-1",
            "reporting_currency": "USD",
            "excluded_records": 0,
            "model": {"model": "bg/nbd", "fitted_at": "2025-01-02", "used": False},
        }
    )


def any_segmentation() -> CustomerSegmentationResponse:
    """The segments of a run without customers."""
    profile = profile_of("nobody")
    return CustomerSegmentationResponse(
        segments=[],
        total_customers=0,
        segmentation_date=profile.segmentation_date,
        as_of=profile.as_of,
        definition_version=profile.definition_version,
        definition_date=profile.as_of,
        reporting_currency=profile.reporting_currency,
        excluded_records=0,
        model=profile.model,
    )


TWINS = [
    ("caf\u00e9", "cafe\u0301"),
    ("web", "\uff57\uff45\uff42"),
    ("ann", "Ann"),
    ("ann", "ann\u200b"),
    ("nu/slash", "nu%2Fslash"),
    ("nu enc", "nu%20enc"),
    ("a+b", "a b"),
    ("..", "%2e%2e"),
    ("\u212a", "K"),
]
IDS = [each for pair in TWINS for each in pair]
IDS += ["nu#hash", "nu?q=1", "gid://shopify/Customer/1", "nu%2Fenc", "nu%252Fenc", "'--", "a\x00b", "\U0001f600" * 128]


def test_every_customer_id_finds_its_own_profile_percent_encoded_once(platform: Wiring, attacker: Visitor) -> None:
    run = customer_run("20260501T043000000-1a2b3c4d")
    platform.customer_reports.store.put_profiles(run, map(profile_of, set(IDS)))
    platform.customer_reports.store.publish(run, any_segmentation())

    for customer_id in IDS:
        for safe in ("", "!$&'()*+,;=:@"):
            at = PROFILE.path.replace("{customer_id}", quote(customer_id, safe=safe))
            assert Answer.of(ask(PROFILE, at=at, token=attacker.token)).data["customer_id"] == customer_id


def test_two_spellings_of_one_path_are_one_claim_of_an_idempotency_key(attacker: Visitor) -> None:
    made = Answer.of(ask(Route("/api/v1/ingest/uploads", "POST"), body=UPLOAD, token=attacker.token))
    route, batch_id = Route("/api/v1/ingest/batches/{batch_id}/cancel", "POST"), made.data["batch_id"]
    spellings = [batch_id, f"%{ord(batch_id[0]):x}{batch_id[1:]}", f"{batch_id[:-1]}%{ord(batch_id[-1]):X}"]

    answers = [
        Answer.of(
            ask(
                route,
                at=route.path.replace("{batch_id}", each),
                headers={"Idempotency-Key": "once"},
                token=attacker.token,
            )
        )
        for each in spellings
    ]

    assert [answer.status for answer in answers] == [200, 200, 200]
    assert [answer.headers.get("idempotency-replayed") for answer in answers] == [None, "true", "true"]
