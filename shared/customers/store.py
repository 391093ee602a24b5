"""What a run found out, in DynamoDB: one item for each customer, and one for all segments."""

import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import TypeAdapter

from shared.customers.models import CustomerProfileResponse, CustomerSegmentationResponse, SegmentStay
from shared.runtime.resources import Table

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

CUSTOMERS_TABLE = Table("customers", partition_key="subject")

_AT_ONCE, _AT_A_TIME, _TRIES = 8, 25, 8
_FIRST_WAIT = 0.05
_CUSTOMER, _SEGMENTS = "customer#", "segments"
_STAYS: TypeAdapter[Sequence[SegmentStay]] = TypeAdapter(Sequence[SegmentStay])

T = TypeVar("T")


class NotStored(Exception):
    """DynamoDB would not take all items, however often they were brought."""


class CustomerStore:
    """Keeps the latest run; every item is replaced as a whole."""

    def __init__(self, dynamodb: "DynamoDBClient", table: str) -> None:
        self._dynamodb = dynamodb
        self._table = table

    def profile(self, customer_id: str) -> CustomerProfileResponse | None:
        """The profile of a customer, in one read; None of somebody who is not known."""
        body = self._body(_CUSTOMER + customer_id)
        return None if body is None else CustomerProfileResponse.model_validate_json(body)

    def segmentation(self) -> CustomerSegmentationResponse | None:
        """The segments; None before the first run."""
        body = self._body(_SEGMENTS)
        return None if body is None else CustomerSegmentationResponse.model_validate_json(body)

    def stays(self) -> dict[str, Sequence[SegmentStay]]:
        """Every customer of the run before, with the stays in segments so far."""
        pages = self._dynamodb.get_paginator("scan").paginate(
            TableName=self._table, ProjectionExpression="subject, stays", ConsistentRead=True
        )
        return {
            item["subject"]["S"].removeprefix(_CUSTOMER): _STAYS.validate_json(item["stays"]["S"])
            for page in pages
            for item in page["Items"]
            if "stays" in item
        }

    def replace(
        self, profiles: Iterable[CustomerProfileResponse], gone: Iterable[str], told: CustomerSegmentationResponse
    ) -> None:
        """Write every profile, take out who is gone, and last the segments, so that these tell of a whole run.

        Raises:
            NotStored: DynamoDB did not take all of them; what stands there is a mixture, which the next run replaces.
        """
        puts: Iterator[Any] = ({"PutRequest": {"Item": _item(each)}} for each in profiles)
        deletes: Iterator[Any] = ({"DeleteRequest": {"Key": {"subject": {"S": _CUSTOMER + each}}}} for each in gone)
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for wave in _cut(chain(puts, deletes), _AT_ONCE * _AT_A_TIME):
                list(pool.map(self._write, _cut(wave, _AT_A_TIME)))
        item = {"subject": {"S": _SEGMENTS}, "body": {"S": told.model_dump_json()}}
        self._dynamodb.put_item(TableName=self._table, Item=item)

    def _body(self, subject: str) -> str | None:
        answer = self._dynamodb.get_item(TableName=self._table, Key={"subject": {"S": subject}})
        return answer["Item"]["body"]["S"] if "Item" in answer else None

    def _write(self, requests: Sequence[Any]) -> None:
        """Bring up to 25 changes, and again those that DynamoDB leaves for later."""
        left: Any = {self._table: requests}
        for again in range(_TRIES):
            left = self._dynamodb.batch_write_item(RequestItems=left)["UnprocessedItems"]
            if not left:
                return
            time.sleep(_FIRST_WAIT * 2**again)
        raise NotStored(f"{len(left[self._table])} items were not written after {_TRIES} attempts")


def _item(profile: CustomerProfileResponse) -> Any:
    stays = _STAYS.dump_json(profile.segment_history).decode()
    return {
        "subject": {"S": _CUSTOMER + profile.customer_id},
        "stays": {"S": stays},
        "body": {"S": profile.model_dump_json()},
    }


def _cut(items: Iterable[T], size: int) -> Iterator[Sequence[T]]:
    rest = iter(items)
    while part := list(islice(rest, size)):
        yield part
