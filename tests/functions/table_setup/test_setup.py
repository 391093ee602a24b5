"""A deployment creates the tables of the lake or adds columns to them, and fails if it cannot."""

from collections.abc import Iterator
from dataclasses import replace

import boto3
import pytest

from functions.table_setup.handler import handler
from shared.app.wiring import Wiring
from shared.lake.catalog.tables import EXCHANGE_RATES, LAKE_DATABASE, LAKE_TABLES
from shared.lake.rollups.compute import ROLLUPS
from shared.merging.queue import ROLLUP_QUEUE
from tests.events.api_gateway import context
from tests.events.custom_resource import custom_resource_event
from tests.fakes.response_door import ResponseDoor, response_door


@pytest.fixture
def door() -> Iterator[ResponseDoor]:
    with response_door() as door:
        yield door


def set_up(door: ResponseDoor, request: str = "Create") -> dict[str, str]:
    """Run the step and return its response."""
    handler(custom_resource_event(request, response_url=door.url), context())
    response: dict[str, str] = door.responses[-1]
    return response


def tables(wired: Wiring) -> dict[str, list[str]]:
    """The columns of each table in the catalogue."""
    pages = boto3.client("glue").get_paginator("get_tables")
    found = pages.paginate(DatabaseName=wired.settings.name_of(LAKE_DATABASE))
    return {
        each["Name"]: [column["Name"] for column in each["StorageDescriptor"]["Columns"]]
        for page in found
        for each in page["TableList"]
    }


def test_a_deployment_creates_every_declared_table(deployed: Wiring, door: ResponseDoor) -> None:
    response = set_up(door)

    assert response["Status"] == "SUCCESS"
    assert tables(deployed) == {table.name: [each.name for each in table.columns] for table in LAKE_TABLES}


def test_a_response_repeats_the_ids_of_its_request_and_names_the_same_resource_always(
    deployed: Wiring, door: ResponseDoor
) -> None:
    request = custom_resource_event("Create", response_url=door.url)
    ids = {name: request[name] for name in ("StackId", "RequestId", "LogicalResourceId")}

    created, updated = set_up(door), set_up(door, "Update")

    assert deployed
    assert created == updated == {**ids, "PhysicalResourceId": "lake-tables", "Status": "SUCCESS"}


def test_a_later_deployment_adds_the_columns_that_a_table_lacks(deployed: Wiring, door: ResponseDoor) -> None:
    deployed.lake_tables.ensure(replace(EXCHANGE_RATES, columns=EXCHANGE_RATES.columns[:-1]))

    set_up(door, "Update")

    assert tables(deployed)[EXCHANGE_RATES.name] == [each.name for each in EXCHANGE_RATES.columns]


def test_a_table_that_is_as_declared_is_not_written(deployed: Wiring, door: ResponseDoor) -> None:
    set_up(door)
    before = metadata_locations(deployed)

    set_up(door, "Update")

    assert metadata_locations(deployed) == before


def test_deleting_the_stack_leaves_the_tables(deployed: Wiring, door: ResponseDoor) -> None:
    set_up(door)

    response = set_up(door, "Delete")

    assert response["Status"] == "SUCCESS"
    assert tables(deployed).keys() == {table.name for table in LAKE_TABLES}


def test_a_table_that_cannot_be_created_fails_the_deployment_with_the_reason(
    deployed: Wiring, door: ResponseDoor
) -> None:
    boto3.client("glue").delete_database(Name=deployed.settings.name_of(LAKE_DATABASE))

    response = set_up(door)

    assert response["Status"] == "FAILED"
    assert response["Reason"].startswith("TablesNotReady: transactions: ")
    assert deployed.settings.name_of(LAKE_DATABASE) in response["Reason"]
    assert len(response["Reason"]) <= 2000


def test_a_column_that_cannot_become_the_declared_one_fails_the_deployment(
    deployed: Wiring, door: ResponseDoor
) -> None:
    *others, rate = EXCHANGE_RATES.columns
    other_places = replace(rate, glue_type="decimal(38,10)")
    deployed.lake_tables.ensure(replace(EXCHANGE_RATES, columns=(*others, other_places)))

    response = set_up(door, "Update")

    assert response["Status"] == "FAILED"
    assert response["Reason"].startswith("TablesNotReady: exchange_rates: ")
    assert "column rate is decimal(38, 10) and cannot become decimal(38, 15)" in response["Reason"]


def test_a_response_is_repeated_if_s3_is_busy(deployed: Wiring, door: ResponseDoor) -> None:
    door.statuses = [503]

    assert deployed
    assert set_up(door, "Delete")["Status"] == "SUCCESS"


def test_a_response_that_is_refused_fails_the_invocation(deployed: Wiring, door: ResponseDoor) -> None:
    door.statuses = [403]

    assert deployed
    with pytest.raises(ConnectionError, match="403"):
        set_up(door, "Delete")


def metadata_locations(wired: Wiring) -> dict[str, str]:
    """Where the current metadata of each table is."""
    found = boto3.client("glue").get_tables(DatabaseName=wired.settings.name_of(LAKE_DATABASE))["TableList"]
    return {each["Name"]: each["Parameters"]["metadata_location"] for each in found}


def test_a_deployment_requests_the_roll_ups_of_every_type_that_has_any(deployed: Wiring, door: ResponseDoor) -> None:
    set_up(door)

    attributes = boto3.client("sqs").get_queue_attributes(
        QueueUrl=deployed.settings.name_of(ROLLUP_QUEUE), AttributeNames=["ApproximateNumberOfMessagesDelayed"]
    )["Attributes"]
    assert attributes == {"ApproximateNumberOfMessagesDelayed": str(len(ROLLUPS))}
