"""Profiles that an older version stored, without the id of a computation."""

import pytest

from shared.app.wiring import Wiring
from shared.customers.store import CUSTOMERS_TABLE, CustomerStore
from tests.attacks.test_ids import any_segmentation, profile_of
from tests.fakes.customer_runs import customer_run


@pytest.fixture
def empty(wired: Wiring) -> CustomerStore:
    """A store without computations."""
    return CustomerStore(wired.clients.dynamodb, wired.name_of(CUSTOMERS_TABLE), wired.clock)


def test_profiles_of_a_former_version_are_served_until_a_computation(empty: CustomerStore, wired: Wiring) -> None:
    dynamodb, table = wired.clients.dynamodb, wired.name_of(CUSTOMERS_TABLE)
    profile, segments = profile_of("ann"), any_segmentation()
    for subject, body in (("customer#ann", profile), ("segments", segments)):
        item = {"subject": {"S": subject}, "body": {"S": body.model_dump_json()}}
        dynamodb.put_item(TableName=table, Item=item)

    former = empty.published()
    served = empty.profile("ann")
    assert former is not None
    histories = empty.stays(former, ["ann", "bob"])
    empty.publish(customer_run("20260501T043000000-1a2b3c4d"), segments)

    assert (served, histories) == (profile, {"ann": profile.segment_history})
    assert empty.profile("ann") is None
    assert [item["subject"]["S"] for item in dynamodb.scan(TableName=table)["Items"]] == ["segments"]


def test_profiles_of_a_former_version_that_a_crash_leaves_are_deleted_by_the_next_publication(
    empty: CustomerStore, wired: Wiring, monkeypatch: pytest.MonkeyPatch
) -> None:
    dynamodb, table = wired.clients.dynamodb, wired.name_of(CUSTOMERS_TABLE)
    segments = any_segmentation()
    for subject, body in (("customer#ann", profile_of("ann")), ("segments", segments)):
        item = {"subject": {"S": subject}, "body": {"S": body.model_dump_json()}}
        dynamodb.put_item(TableName=table, Item=item)
    with monkeypatch.context() as crash:
        crash.setattr("shared.customers.store.replace_items", _fail)
        with pytest.raises(ConnectionError):
            empty.publish(customer_run("20260501T043000000-1a2b3c4d"), segments)
    assert len(dynamodb.scan(TableName=table)["Items"]) == 2

    empty.publish(customer_run("20260502T043000000-1a2b3c4d"), segments)

    (left,) = dynamodb.scan(TableName=table)["Items"]
    assert left.keys() == {"subject", "run_id", "profiles_until", "body"}


def _fail(*_: object, **__: object) -> None:
    raise ConnectionError
