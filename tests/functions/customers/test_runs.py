"""Computations that fail, are repeated or overlap: readers see one whole computation, the newest published one."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import boto3
import pytest

from functions.manifest import CUSTOMER_RUN
from shared.customers.store import CUSTOMERS_TABLE, KEPT
from shared.runtime.errors import InternalError
from tests.fakes.workflows import in_environment_of, run_step
from tests.functions.customers.conftest import Opened, Shop
from tests.functions.customers.test_profiles import line

PREPARE, COMPUTE, PUBLISH = CUSTOMER_RUN.steps


@pytest.fixture(scope="module")
def opened(open_shop: Opened) -> Shop:
    """A shop with three customers, computed once."""
    shop = open_shop("USD")
    shop.sell([line("ann", "a1", 30), line("bob", "b1", 20), line("cleo", "c1", 10)])
    shop.compute()
    return shop


@pytest.fixture
def shop(opened: Shop) -> Shop:
    """The shop on the next day."""
    opened.clock.pass_by(timedelta(days=1))
    return opened


@contextmanager
def begun(shop: Shop) -> Iterator[tuple[Any, Mapping[str, Any]]]:
    """Begin a computation: its state after the first step, and its context."""
    context = {"Execution": {"StartTime": shop.clock().isoformat(timespec="milliseconds")}}
    with in_environment_of(shop.wired):
        yield run_step(PREPARE, {}, context), context


def items(shop: Shop) -> Sequence[Mapping[str, Any]]:
    """Everything in the table of customers."""
    table = shop.wired.name_of(CUSTOMERS_TABLE)
    return sorted(boto3.client("dynamodb").scan(TableName=table)["Items"], key=lambda item: item["subject"]["S"])


def test_nothing_of_a_computation_is_served_before_it_is_published(shop: Shop) -> None:
    before = [shop.get(path).data for path in ("segments", "ann/profile", "bob/profile")]
    shop.sell([line("ann", f"a{number}", 0) for number in range(10, 15)])

    with begun(shop) as (state, context):
        run_step(COMPUTE, state, context)
        assert [shop.get(path).data for path in ("segments", "ann/profile", "bob/profile")] == before
        run_step(PUBLISH, state, context)

    after = shop.get("ann/profile").data
    assert after["total_orders"] == before[1]["total_orders"] + 5
    assert after["segmentation_date"] == shop.get("segments").data["segmentation_date"] > before[1]["segmentation_date"]


def test_steps_that_run_again_write_the_same(shop: Shop) -> None:
    with begun(shop) as (state, context):
        run_step(COMPUTE, state, context)
        once = items(shop)
        run_step(COMPUTE, state, context)
        assert items(shop) == once
        first = run_step(PUBLISH, state, context)
        published = items(shop)
        second = run_step(PUBLISH, state, context)

    assert first == second
    assert items(shop) == published


def test_a_computation_without_all_its_slices_is_not_published(shop: Shop) -> None:
    before = shop.get("segments").data

    with begun(shop) as (state, context), pytest.raises(InternalError):
        run_step(PUBLISH, state, context)

    assert shop.get("segments").data == before
    assert shop.get("cleo/profile").status == 200


def test_a_computation_that_lost_customers_is_not_published(shop: Shop) -> None:
    before = shop.get("segments").data

    with begun(shop) as (state, context):
        run_step(COMPUTE, state, context)
        files = shop.wired.customer_publication.files
        run = files.run(state["run_id"])
        files.put_run(run.model_copy(update={"customers": run.customers + 1}))
        with pytest.raises(InternalError):
            run_step(PUBLISH, state, context)

    assert shop.get("segments").data == before


def test_sales_of_new_customers_after_its_start_do_not_fail_a_computation(shop: Shop) -> None:
    shop.sell([line("ann", "a20", 0, timestamp=shop.clock() - timedelta(minutes=3))])
    known = shop.compute()["customers"]
    shop.sell([line("dora", "d1", 0, timestamp=shop.clock() + timedelta(minutes=3))])

    assert shop.compute()["customers"] == known
    shop.clock.pass_by(timedelta(minutes=5))
    assert shop.compute()["customers"] == known + 1


def test_of_two_computations_at_once_the_later_one_is_served(shop: Shop) -> None:
    with begun(shop) as (earlier, context):
        run_step(COMPUTE, earlier, context)
        shop.clock.pass_by(timedelta(minutes=1))
        later = shop.compute()

    with in_environment_of(shop.wired):
        overtaken = run_step(PUBLISH, earlier, {})

    dates = {shop.get(path).data["segmentation_date"] for path in ("segments", "ann/profile", "bob/profile")}
    assert (later["published"], overtaken["published"]) == (True, False)
    assert len(dates) == 1


def test_profiles_expire_two_weeks_after_the_last_computation(shop: Shop) -> None:
    shop.compute()
    stored = {int(item["expires_at"]["N"]) for item in items(shop) if "expires_at" in item}
    assert max(stored) == int((shop.clock() + KEPT).timestamp())

    table = shop.wired.name_of(CUSTOMERS_TABLE)
    for item in items(shop):
        if "expires_at" in item:
            boto3.client("dynamodb").delete_item(TableName=table, Key={"subject": item["subject"]})
    early = shop.get("ann/profile").status
    shop.clock.pass_by(KEPT + timedelta(hours=1))

    assert (early, shop.get("ann/profile").status, shop.get("segments").status) == (404, 503, 200)
