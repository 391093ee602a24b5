"""What is refused, and how files are handed over."""

import hashlib
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from shared.audit.entry import parse
from shared.audit.trail import Asked
from shared.auth.scopes import Scope
from shared.exports.decision_exports import Limits
from shared.runtime.paging import Window
from tests.fakes.identities import Visitor
from tests.functions.exports.conftest import PATH, World
from tests.functions.exports.decisions import DECISIONS, RANGE

DATES = {"filters.startDate", "filters.endDate"}


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"format", "dataType", "filters"}),
        ({"format": "CSV", "dataType": "Metrics", "filters": {}}, {"format", "dataType", *DATES}),
        ({"format": "xlsx", "dataType": "orders", "filters": None}, {"format", "dataType", "filters"}),
        (
            {"format": "Pdf", "dataType": "metrics", "filters": {"dimension": "merchant", "endDate": "soon"}},
            {"format", "filters.dimension", *DATES},
        ),
        (
            {
                "format": "csv",
                "dataType": "cohorts",
                "filters": {"startDate": 5, "minCount": 0, "investigationId": "x"},
            },
            {"filters.dimension", "filters.minCount", "filters.investigationId", *DATES},
        ),
        (
            {"format": "csv", "dataType": "decisions", "filters": {**RANGE, "includeLatency": True}, "charts": 1},
            {"filters.includeLatency", "charts"},
        ),
        (
            {"format": "csv", "dataType": "metrics", "filters": RANGE, "includeCharts": "yes", "data_type": "metrics"},
            {"includeCharts", "data_type"},
        ),
        (
            {
                "format": "csv",
                "dataType": "metrics",
                "filters": {"startDate": RANGE["endDate"], "endDate": "2025-01-01"},
            },
            {"filters.endDate"},
        ),
        (
            {"format": "csv", "dataType": "metrics", "filters": {**RANGE, "asOf": "2099-01-01"}},
            {"filters.asOf"},
        ),
    ],
)
def test_every_wrong_field_is_named_at_once(world: World, body: Any, fields: set[str]) -> None:
    assert world.post(body).fields.keys() == fields


@pytest.mark.parametrize(
    ("data_type", "form", "filters"),
    [
        ("metrics", "csv", {}),
        ("cohorts", "json", {"dimension": "channel"}),
        ("decisions", "csv", {}),
        ("decisions", "json", {}),
    ],
)
def test_the_same_request_twice_has_the_same_bytes(world: World, data_type: str, form: str, filters: Any) -> None:
    first, second = (world.export(data_type, form, **filters) for _ in range(2))

    assert first.content == second.content
    assert first.headers["x-export-sha256"] == second.headers["x-export-sha256"] == first.sha256


def test_headers_and_manifest_describe_the_file(world: World) -> None:
    reply = world.export("cohorts", "json", dimension="channel", minCount=7)

    assert reply.body["manifest"] == {
        "dataType": "cohorts",
        "filters": {**RANGE, "dimension": "channel", "minCount": 7},
        "rows": 2,
        "watermark": reply.headers["x-export-watermark"],
    }
    assert reply.headers["x-export-rows"] == "2"
    assert reply.headers["x-export-watermark"] == world.ask("cohorts", dimension="channel")["dataFreshness"]
    assert reply.headers["content-disposition"].startswith(
        'attachment; filename="tally-cohorts-channel-2025-09-01-2025-11-09.json"'
    )


def test_quotes_and_line_ends_in_names_are_harmless(world: World) -> None:
    disposition = world.export("decisions", investigationId='x"; filename="a.exe\r\nSet-Cookie: é').headers[
        "content-disposition"
    ]

    assert disposition == (
        'attachment; filename="tally-decisions-x_filename_a.exe_Set-Cookie_-2025-09-01-2025-11-09.csv"; '
        "filename*=UTF-8''tally-decisions-x%22%3B%20filename%3D%22a.exe%20Set-Cookie%3A%20%C3%A9-2025-09-01-2025-11-09.csv"
    )


@pytest.mark.parametrize("form", ["csv", "json"])
def test_a_file_that_does_not_fit_is_redirected_to(deploy: Callable[..., World], form: str) -> None:
    whole = deploy().export("decisions", form)

    reply = deploy(largest_answer_bytes=len(whole.content)).export("decisions", form)

    assert (reply.status, reply.content) == (303, b"")
    assert {each: reply.headers[each] for each in whole.headers if each.startswith(("x-export", "content-disp"))} == {
        each: whole.headers[each] for each in whole.headers if each.startswith(("x-export", "content-disp"))
    }
    assert parse_qs(urlsplit(reply.headers["location"]).query)["X-Amz-Expires"] == ["900"]
    for _ in range(2):  # an interrupted download is repeated
        file = requests.get(reply.headers["location"], timeout=5)
        assert file.content == whole.content
        assert file.headers["content-type"] == whole.headers["content-type"]
        assert file.headers["content-disposition"] == whole.headers["content-disposition"]
        assert hashlib.sha256(file.content).hexdigest() == reply.headers["x-export-sha256"]


def test_more_decisions_than_an_export_may_have_are_refused(deploy: Callable[..., World]) -> None:
    reply = deploy(Limits(all=DECISIONS - 1)).export("decisions")

    assert reply.status == 422
    assert reply.body["details"] == {"rows": DECISIONS, "limit": DECISIONS - 1}


def test_an_export_is_on_record_with_its_filters_rows_and_hash(world: World) -> None:
    reply = world.export("cohorts", dimension="channel")

    entries = world.wired.audit_trail.find(Asked(user_id=world.visitor.key.owner), Window(limit=10, offset=0)).items

    assert [each.action for each in entries] == [f"POST {PATH}"]
    after = parse(entries[0].body)["after"]
    assert after == {
        "dataType": "cohorts",
        "format": "csv",
        "filters": {**RANGE, "dimension": "channel", "minCount": 100},
        "rows": 2,
        "watermark": reply.headers["x-export-watermark"],
        "sha256": reply.headers["x-export-sha256"],
    }


def test_ten_exports_an_hour_are_enough_for_a_user(deploy: Callable[..., World]) -> None:
    world = deploy(rate_limits={})

    statuses = [world.post({}).status for _ in range(11)]

    assert statuses == [400] * 10 + [429]


def test_another_scope_does_not_allow_exports(world: World) -> None:
    reader = Visitor(world.wired.identity, Scope.FRAUD_READ)

    assert world.export("metrics", user=reader).status == 403
    assert world.get(f"{PATH}/any", user=reader).status == 403
