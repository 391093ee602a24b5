"""`GET /analytics/products/performance`, request by request."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import boto3
import pytest

from shared.auth.scopes import Scope
from shared.lake.catalog.state import WHOLE_TABLE, TableState
from shared.ledger.store import SOURCES_TABLE
from shared.runtime.models import rfc3339
from tests.fakes.identities import Visitor
from tests.functions.products.conftest import NOW, OpenShop

MARCH = {"time_range[start]": ["2025-03-01"], "time_range[end]": ["2025-04-01"]}


def test_a_response_has_the_shape_of_the_contract(open_shop: OpenShop) -> None:
    answer = open_shop.get({**MARCH, "category": ["tea"], "limit": ["2"]})

    assert answer.status == HTTPStatus.OK
    assert list(answer.data) == ["products", "category_summary", "time_range", "reporting_currency", "metadata"]
    assert answer.data["time_range"] == {"start": "2025-03-01T00:00:00Z", "end": "2025-04-01T00:00:00Z"}
    first = answer.data["products"][0]
    assert {"product_id", "name", "category", "revenue", "quantity_sold", "trend"} <= first.keys()
    assert list(answer.data["category_summary"])[:3] == ["category", "revenue", "quantity_sold"]


def test_a_category_total_is_returned_only_on_request(open_shop: OpenShop) -> None:
    assert "category_summary" not in open_shop.get(MARCH).data


def test_an_unknown_category_lists_no_products(open_shop: OpenShop) -> None:
    data = open_shop.get({**MARCH, "category": ["unheard of"]}).data

    assert data["products"] == []
    assert data["category_summary"]["product_count"] == 0
    assert data["metadata"]["total_records"] == 0


def test_a_range_without_data_lists_no_products(open_shop: OpenShop) -> None:
    data = open_shop.get({"time_range[start]": ["1999-01-01"], "time_range[end]": ["1999-02-01"]}).data

    assert data["products"] == []
    assert data["metadata"]["total_records"] == data["metadata"]["excluded_records"] == 0


def test_every_failing_field_is_named_at_once_in_the_dialect_of_the_contract(open_shop: OpenShop) -> None:
    answer = open_shop.get({"sort_by": ["profit"], "limit": ["0"], "time_range[start]": ["2025-03-01"]})

    assert answer.status == HTTPStatus.BAD_REQUEST
    assert answer.code == "VALIDATION_ERROR"
    assert answer.fields.keys() == {"sort_by", "limit", "time_range.end"}


def test_a_range_that_begins_in_the_future_is_refused(open_shop: OpenShop) -> None:
    answer = open_shop.get({"time_range[start]": ["2031-01-01"], "time_range[end]": ["2031-02-01"]})

    assert answer.fields == {"time_range": "must not start in the future"}


def test_the_analytics_scope_is_required(open_shop: OpenShop) -> None:
    stranger = Visitor(open_shop.wired.identity, Scope.INGEST_WRITE)

    answer = replace(open_shop, visitor=stranger).get(MARCH)

    assert answer.status == HTTPStatus.FORBIDDEN


_CHANGES: dict[str, tuple[str, Callable[[TableState], TableState]]] = {
    "sales": ("transactions", lambda state: state.with_commit(state.snapshot or 0, state.sequence + 1, ["2025-03-07"])),
    "visits": ("events", lambda state: state.with_commit(state.snapshot or 0, state.sequence + 1, ["2025-03-07"])),
    "earlier stock": (
        "inventory",
        lambda state: state.with_commit(state.snapshot or 0, state.sequence + 1, ["2024-01-25"]),
    ),
    "products": ("products", lambda state: state.with_commit(state.snapshot or 0, state.sequence + 1, [WHOLE_TABLE])),
    "rates": (
        "exchange_rates",
        lambda state: state.with_commit(state.snapshot or 0, state.sequence + 1, [WHOLE_TABLE]),
    ),
}


@pytest.mark.parametrize("changed", _CHANGES)
def test_a_result_is_cached_until_what_it_depends_on_changes(open_shop: OpenShop, changed: str) -> None:
    asked, states, (table, change) = {**MARCH, "limit": ["7"]}, open_shop.wired.table_states, _CHANGES[changed]
    first, again = open_shop.get(asked).data, open_shop.get(asked).data
    before = states.get(table)

    assert again["metadata"]["cache_hit"]
    assert again["products"] == first["products"]
    states.update(table, change)
    assert not open_shop.get(asked).data["metadata"]["cache_hit"]
    states.update(table, lambda state: replace(before, revision=state.revision))


def test_a_commit_to_another_month_keeps_the_cached_result(open_shop: OpenShop) -> None:
    asked, states = {**MARCH, "limit": ["7"]}, open_shop.wired.table_states
    open_shop.get(asked)
    before = states.get("transactions")

    states.update("transactions", lambda state: state.with_commit(1, state.sequence + 1, ["2025-04-01"]))

    assert open_shop.get(asked).data["metadata"]["cache_hit"]
    states.update("transactions", lambda state: replace(before, revision=state.revision))


def test_a_snapshot_that_is_not_kept_is_answered_with_gone(open_shop: OpenShop) -> None:
    answer = open_shop.get({**MARCH, "as_of_snapshots": ["transactions:12345"]})

    assert answer.status == HTTPStatus.GONE


def test_a_snapshot_of_a_table_without_influence_is_refused(open_shop: OpenShop) -> None:
    answer = open_shop.get({**MARCH, "as_of_snapshots": ["customers:12345"]})

    assert answer.status == HTTPStatus.BAD_REQUEST
    assert answer.fields.keys() == {"as_of_snapshots"}


@pytest.fixture
def delivered(open_shop: OpenShop) -> Iterator[dict[str, str]]:
    """A till that has delivered nearly up to now, and a warehouse that is late."""
    marks = {"transactions": NOW, "inventory": NOW - timedelta(days=1)}
    dynamodb, table = boto3.client("dynamodb"), open_shop.wired.settings.name_of(SOURCES_TABLE)
    keys: list[Any] = [{"source_id": {"S": "till"}, "facet": {"S": f"type#{name}"}} for name in marks]
    for key, moment in zip(keys, marks.values(), strict=True):
        told = {"watermark": {"S": moment.isoformat()}, "last_ingestion": {"S": NOW.isoformat()}}
        dynamodb.put_item(TableName=table, Item={**key, **told})
    yield {name: rfc3339(moment) for name, moment in marks.items()}
    for key in keys:
        dynamodb.delete_item(TableName=table, Key=key)


def test_freshness_is_that_of_the_slowest_data_type(open_shop: OpenShop, delivered: dict[str, str]) -> None:
    until_now = {**MARCH, "time_range[end]": [rfc3339(NOW)]}

    told = [open_shop.get(asked).data["metadata"] for asked in (MARCH, until_now)]

    assert {each["data_freshness"] for each in told} == {delivered["inventory"]}
    assert [each["provisional"] for each in told] == [False, True]


def test_without_sales_deliveries_a_result_is_provisional(open_shop: OpenShop) -> None:
    metadata = open_shop.get(MARCH).data["metadata"]

    assert metadata["data_freshness"] == "1970-01-01T00:00:00Z"
    assert metadata["provisional"]


def test_an_unchanged_result_is_not_modified(open_shop: OpenShop) -> None:
    first = open_shop.get(MARCH)

    assert open_shop.get(MARCH).headers["etag"] == first.headers["etag"]
    assert open_shop.get({**MARCH, "sort_by": ["margin"]}).headers["etag"] != first.headers["etag"]
