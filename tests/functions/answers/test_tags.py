"""Conditional requests: 304 before anything is computed if possible (RFC 9110, 8.8.3, 13.1.2 and 15.4.5)."""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import boto3
import pytest

from functions.openapi import document
from shared.athena.result_cache import RESULT_CACHE_TABLE
from shared.auth.scopes import Scope
from shared.lake.catalog.state import WHOLE_TABLE, TableState
from shared.lake.catalog.states import TABLE_STATES
from shared.lake.catalog.tables import BASE_TABLES, EXCHANGE_RATES
from shared.ledger.store import SOURCES_TABLE
from tests.fakes.clock import Clock
from tests.fakes.identities import Visitor
from tests.fakes.outages import refusal
from tests.functions.answers.conftest import CUSTOMERS, METRICS, PRODUCTS, Analyst

each_that_queries = pytest.mark.parametrize("path", [METRICS, PRODUCTS])


def deliver(analyst: Analyst, watermark: datetime) -> None:
    """Have a source deliver sales up to a moment."""
    told = {
        "source_id": "till",
        "facet": "type#transactions",
        "watermark": watermark.isoformat(),
        "last_ingestion": analyst.wired.clock().isoformat(),
    }
    table = analyst.wired.settings.name_of(SOURCES_TABLE)
    boto3.client("dynamodb").put_item(TableName=table, Item={name: {"S": text} for name, text in told.items()})


def merge(analyst: Analyst) -> None:
    """Let every table have new rows."""
    for table in (*BASE_TABLES.values(), EXCHANGE_RATES):
        day = "2025-03-01" if table.time_column else WHOLE_TABLE
        analyst.wired.table_states.update(table.name, partial(_changed, day))


def _changed(day: str, state: TableState) -> TableState:
    return state.with_commit(1, state.sequence + 1, [day])


def test_a_response_has_one_weak_etag_and_is_private_and_revalidated(analyst: Analyst) -> None:
    told = analyst.ask()

    assert told.status == 200
    assert told.tag.startswith('W/"')
    assert told.headers["Cache-Control"] == ["private, no-cache"]


@each_that_queries
def test_equal_responses_have_equal_etags_however_computed(analyst: Analyst, path: str) -> None:
    deliver(analyst, analyst.wired.clock())
    computed, remembered = analyst.ask(path=path), analyst.ask(path=path)

    assert computed.body["data"]["metadata"]["cache_hit"] is not remembered.body["data"]["metadata"]["cache_hit"]
    assert computed.body["request_id"] != remembered.body["request_id"]
    assert computed.tag == remembered.tag


@each_that_queries
def test_not_modified_has_no_body_and_needs_no_query_or_cache_lookup(analyst: Analyst, path: str) -> None:
    deliver(analyst, analyst.wired.clock())
    tag = analyst.ask(path=path).tag
    table = analyst.wired.settings.name_of(RESULT_CACHE_TABLE)
    boto3.client("dynamodb").delete_table(TableName=table)

    told = analyst.ask(path=path, If_None_Match=tag)

    assert (told.status, told.text, told.tag) == (304, "", tag)
    assert told.headers["Cache-Control"] == ["private, no-cache"]
    assert "Content-Type" not in told.headers
    assert told.headers["X-Request-Id"]
    assert analyst.athena.started == 1


@pytest.mark.parametrize(
    "condition", ["{}", '"other", {}', '{}, "other"', '"a,b",  {} ,W/"c"', ',{},, "x"', "*", " * "]
)
def test_if_none_match_with_the_etag_matches(analyst: Analyst, condition: str) -> None:
    tag = analyst.ask().tag

    assert analyst.ask(If_None_Match=condition.format(tag)).status == 304
    assert analyst.ask(If_None_Match=condition.format(tag.removeprefix("W/"))).status == 304


@pytest.mark.parametrize("condition", ['W/"other"', "", '""', '"*"', "nothing quoted", '"', 'W/"', '"a", "b"', "W/*"])
def test_no_other_condition_matches(analyst: Analyst, condition: str) -> None:
    analyst.ask()

    assert analyst.ask(If_None_Match=condition).status == 200


def test_if_none_match_may_span_several_lines(analyst: Analyst) -> None:
    tag = analyst.ask().tag

    told = analyst.ask(lines={"If-None-Match": ['"other"', tag]})

    assert told.status == 304


def test_another_query_has_another_etag(analyst: Analyst) -> None:
    """Sum and mean are two answers from one result."""
    tags = {
        analyst.ask(changes).tag
        for changes in (
            {},
            {"aggregation": ["avg"]},
            {"include_comparison": ["true"]},
            {"granularity": ["weekly"]},
            {"filters[region][]": ["EU"]},
            {"filters[currency]": ["EUR"]},
        )
    }

    assert len(tags) == 6


@each_that_queries
def test_a_merge_changes_the_etag(analyst: Analyst, path: str) -> None:
    deliver(analyst, analyst.wired.clock())
    before = analyst.ask(path=path)

    merge(analyst)
    after = analyst.ask(path=path, If_None_Match=before.tag)

    assert (after.status, analyst.athena.started) == (200, 2)
    assert after.tag != before.tag
    assert analyst.ask(path=path, If_None_Match=after.tag).status == 304


def test_fresher_data_changes_the_etag(analyst: Analyst) -> None:
    before = analyst.ask()

    deliver(analyst, datetime(2025, 3, 20, tzinfo=UTC))
    after = analyst.ask(If_None_Match=before.tag)

    assert (after.status, after.body["data"]["metadata"]["cache_hit"]) == (200, True)
    assert after.tag != before.tag
    assert analyst.ask(If_None_Match=after.tag).status == 304


def test_a_source_becoming_silent_changes_the_etag(analyst: Analyst, clock: Clock) -> None:
    deliver(analyst, datetime(2025, 3, 20, tzinfo=UTC))
    before = analyst.ask()

    clock.pass_by(timedelta(days=30))

    assert analyst.ask(If_None_Match=before.tag).status == 200


def test_time_alone_does_not_change_the_etag(analyst: Analyst, clock: Clock) -> None:
    before = analyst.ask()

    clock.pass_by(timedelta(minutes=20))

    assert analyst.ask(If_None_Match=before.tag).status == 304


def test_without_table_states_the_etag_depends_on_the_content(analyst: Analyst) -> None:
    boto3.client("dynamodb").delete_table(TableName=analyst.wired.settings.name_of(TABLE_STATES))

    told = analyst.ask()

    assert (told.status, analyst.ask(If_None_Match=told.tag).status) == (200, 304)
    assert analyst.athena.started == 2


def test_errors_have_no_etag_for_any_condition(analyst: Analyst) -> None:
    wrong = analyst.ask({"granularity": ["never"]}, If_None_Match="*")
    analyst.athena.fails("StartQueryExecution", refusal("AccessDeniedException"))
    broken = analyst.ask()

    assert (wrong.status, broken.status) == (400, 500)
    assert all("ETag" not in told.headers for told in (wrong, broken))
    assert {told.headers["Cache-Control"][0] for told in (wrong, broken)} == {"no-store"}


def test_a_caller_without_the_scope_gets_no_304(analyst: Analyst) -> None:
    stranger = Analyst(analyst.wired, analyst.athena, Visitor(analyst.wired.identity, Scope.INGEST_READ))

    assert stranger.ask(If_None_Match="*").status == 403


def test_an_unknown_caller_gets_no_etag(analyst: Analyst) -> None:
    told = analyst.ask(path=f"{CUSTOMERS}/nobody/profile", If_None_Match="*")

    assert (told.status, "ETag" in told.headers) == (404, False)


def test_exactly_the_routes_with_etags_document_them() -> None:
    told: dict[str, Any] = document()["paths"]

    tagged = {
        path
        for path, item in told.items()
        for operation in item.values()
        if any(each["name"] == "If-None-Match" for each in operation.get("parameters", ()))
    }
    unchanged = {path for path, item in told.items() for each in item.values() if "304" in each["responses"]}

    assert tagged == unchanged >= {METRICS, PRODUCTS, f"{CUSTOMERS}/segments", f"{CUSTOMERS}/{{customer_id}}/profile"}
    for path in tagged:
        answers = told[path]["get"]["responses"]
        assert answers["304"].keys() == {"description", "headers"}
        assert all({"ETag", "Cache-Control"} <= answers[status]["headers"].keys() for status in ("200", "304"))
        assert "ETag" not in answers["400"]["headers"]
