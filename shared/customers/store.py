"""Customer snapshots in DynamoDB: one item for each customer, and one for all segments."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import TypeAdapter

from shared.customers.models import CustomerProfileResponse, CustomerSegmentationResponse, SegmentStay
from shared.runtime.dynamodb import deserialize, replace_items, serialize
from shared.runtime.resources import Table

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

CUSTOMERS_TABLE = Table("customers", partition_key="subject")

_AT_ONCE = 200
_CUSTOMER, _SEGMENTS = "customer#", "segments"
_STAYS: TypeAdapter[Sequence[SegmentStay]] = TypeAdapter(Sequence[SegmentStay])

T = TypeVar("T")


class CustomerStore:
    """Stores the latest snapshot; items are replaced as a whole."""

    def __init__(self, dynamodb: "DynamoDBClient", table: str) -> None:
        self._dynamodb = dynamodb
        self._table = table

    def profile(self, customer_id: str) -> CustomerProfileResponse | None:
        """Return the profile of a customer, in one read; None if the snapshot does not contain the customer."""
        body = self._body(_CUSTOMER + customer_id)
        return None if body is None else CustomerProfileResponse.model_validate_json(body)

    def segmentation(self) -> CustomerSegmentationResponse | None:
        """Return the segments; None before the first snapshot."""
        body = self._body(_SEGMENTS)
        return None if body is None else CustomerSegmentationResponse.model_validate_json(body)

    def stays(self) -> dict[str, Sequence[SegmentStay]]:
        """Return the segment history of every customer of the previous snapshot."""
        pages = self._dynamodb.get_paginator("scan").paginate(
            TableName=self._table, ProjectionExpression="subject, stays", ConsistentRead=True
        )
        return {
            item["subject"].removeprefix(_CUSTOMER): _STAYS.validate_json(item["stays"])
            for page in pages
            for item in map(deserialize, page["Items"])
            if "stays" in item
        }

    def replace(
        self, profiles: Iterable[CustomerProfileResponse], gone: Iterable[str], told: CustomerSegmentationResponse
    ) -> None:
        """Write all profiles, delete the `gone` customers, and write the segments last.

        So the stored segments always describe a complete run.

        Raises:
            Unavailable: DynamoDB rejected some writes; the items are a mixture of two runs, which the next run
                replaces.
        """
        for some in _cut(profiles, _AT_ONCE):
            replace_items(self._dynamodb, self._table, puts=map(_item, some))
        replace_items(self._dynamodb, self._table, deletes=({"subject": _CUSTOMER + each} for each in gone))
        item = {"subject": _SEGMENTS, "body": told.model_dump_json()}
        self._dynamodb.put_item(TableName=self._table, Item=serialize(item))

    def _body(self, subject: str) -> str | None:
        answer = self._dynamodb.get_item(TableName=self._table, Key=serialize({"subject": subject}))
        return deserialize(answer.get("Item", {})).get("body")


def _item(profile: CustomerProfileResponse) -> dict[str, Any]:
    stays = _STAYS.dump_json(profile.segment_history).decode()
    return {"subject": _CUSTOMER + profile.customer_id, "stays": stays, "body": profile.model_dump_json()}


def _cut(items: Iterable[T], size: int) -> Iterator[Sequence[T]]:
    rest = iter(items)
    while part := list(islice(rest, size)):
        yield part
