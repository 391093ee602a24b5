"""Computed customers in DynamoDB: one item for each customer and computation, and one with the published segments.

The item of a customer is named by its computation and never changed by another one. The item of the segments names the
computation that is served, so that readers change from one computation to the next at once. Earlier ones expire.
"""

import zlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from math import inf
from typing import TYPE_CHECKING, Any

import orjson
from pydantic import TypeAdapter

from shared.customers.models import CustomerProfileResponse, CustomerSegmentationResponse, SegmentStay
from shared.customers.run import CustomerRun, PublishedRun
from shared.runtime.dynamodb import deserialize, get_items, replace_items, serialize
from shared.runtime.errors import Unavailable
from shared.runtime.models import Clock
from shared.runtime.resources import Table, Write

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

CUSTOMERS_TABLE = Table(
    "customers", writes=Write.PUT | Write.UPDATE | Write.BATCH, partition_key="subject", expires_by="expires_at"
)

KEPT = timedelta(days=14)
"""How long profiles are kept, also those that are served, should no later computation succeed."""

_AN_HOUR = 3600
_SEGMENTS, _FORMER_PROFILES = "segments", "customer#"
_FORMER_RUN = ""
"""The id of computations from before they had ids: the keys of their items are the customer id alone."""

_HAS_FORMER = "has_former"
"""The attribute of a segments item whose previous profiles are not deleted yet."""

_STAYS: TypeAdapter[Sequence[SegmentStay]] = TypeAdapter(Sequence[SegmentStay])


class CustomerStore:
    """Stores computations, and serves the published one."""

    def __init__(self, dynamodb: "DynamoDBClient", table: str, clock: Clock) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._clock = clock
        self._last_seen = _FORMER_RUN

    def profile(self, customer_id: str) -> CustomerProfileResponse | None:
        """Return the profile of a customer; None if the published computation does not have the customer.

        One request reads which computation is published and the profile in the one that was published last time.

        Raises:
            Unavailable: the profiles have expired, because no computation succeeded for too long.
        """
        subject = _subject(self._last_seen, customer_id)
        found = self._get([_SEGMENTS, subject])
        published = found.get(_SEGMENTS)
        if published is None:
            return None
        run_id = _run_id(published)
        if run_id != self._last_seen:
            self._last_seen, subject = run_id, _subject(run_id, customer_id)
            found = self._get([subject])
        if subject in found:
            return CustomerProfileResponse.model_validate_json(_body(found[subject]))
        if self._has_expired(published):
            message = "Profiles have expired, because no computation of customers succeeded lately"
            raise Unavailable(message, retry_after=_AN_HOUR)
        return None

    def segmentation(self) -> CustomerSegmentationResponse | None:
        """Return the segments; None before the first computation."""
        found = self._get([_SEGMENTS])
        return CustomerSegmentationResponse.model_validate_json(_body(found[_SEGMENTS])) if found else None

    def published(self) -> PublishedRun | None:
        """Return the computation that is served; None before the first one."""
        found = self._get([_SEGMENTS])
        if not found:
            return None
        customers = orjson.loads(_body(found[_SEGMENTS]))["total_customers"]
        return PublishedRun(run_id=_run_id(found[_SEGMENTS]), customers=customers)

    def stays(self, run: PublishedRun, customer_ids: Iterable[str]) -> Mapping[str, Sequence[SegmentStay]]:
        """Return the segment histories of those customers whom a computation has."""
        customers = {_subject(run.run_id, each): each for each in customer_ids}
        return {
            customers[subject]: _STAYS.validate_python(orjson.loads(_body(item))["segment_history"])
            for subject, item in self._get(customers).items()
        }

    def put_profiles(self, run: CustomerRun, profiles: Iterable[CustomerProfileResponse]) -> None:
        """Write profiles of a computation, which are not served before it is published.

        Raises:
            Unavailable: DynamoDB rejected some of them; write all of them again.
        """
        until = _seconds(run.at + KEPT)
        items = (
            {
                "subject": _subject(run.run_id, each.customer_id),
                "body": zlib.compress(each.model_dump_json().encode()),
                "expires_at": until,
            }
            for each in profiles
        )
        replace_items(self._dynamodb, self._table, puts=items)

    def publish(self, run: CustomerRun, segments: CustomerSegmentationResponse) -> bool:
        """Serve a computation from now on; return False if a later one is served already."""
        before = self._get([_SEGMENTS]).get(_SEGMENTS)
        has_former = before is not None and ("run_id" not in before or _HAS_FORMER in before)
        item = {
            "subject": _SEGMENTS,
            "run_id": run.run_id,
            _HAS_FORMER: has_former or None,
            "profiles_until": _seconds(run.at + KEPT),
            "body": zlib.compress(segments.model_dump_json().encode()),
        }
        try:
            self._dynamodb.put_item(
                TableName=self._table,
                Item=serialize(item),
                ConditionExpression="attribute_not_exists(run_id) OR run_id <= :run_id",
                ExpressionAttributeValues=serialize({":run_id": run.run_id}),
            )
        except self._dynamodb.exceptions.ConditionalCheckFailedException:
            return False
        if has_former:
            self._delete_former_profiles()
        return True

    def _delete_former_profiles(self) -> None:
        """Delete the profiles that do not expire; what a crash leaves of them, the next publication deletes."""
        pages = self._dynamodb.get_paginator("scan").paginate(
            TableName=self._table,
            ProjectionExpression="subject",
            FilterExpression="begins_with(subject, :former)",
            ExpressionAttributeValues=serialize({":former": _FORMER_PROFILES}),
        )
        for page in pages:
            replace_items(self._dynamodb, self._table, deletes=map(deserialize, page["Items"]))
        self._dynamodb.update_item(
            TableName=self._table, Key=serialize({"subject": _SEGMENTS}), UpdateExpression=f"REMOVE {_HAS_FORMER}"
        )

    def _get(self, subjects: Collection[str]) -> Mapping[str, Mapping[str, Any]]:
        keys = [{"subject": each} for each in subjects]
        return {item["subject"]: item for item in get_items(self._dynamodb, self._table, keys)}

    def _has_expired(self, published: Mapping[str, Any]) -> bool:
        is_over: bool = _seconds(self._clock()) > published.get("profiles_until", inf)
        return is_over


def _subject(run_id: str, customer_id: str) -> str:
    return f"{run_id}#{customer_id}" if run_id else f"{_FORMER_PROFILES}{customer_id}"


def _run_id(published: Mapping[str, Any]) -> str:
    run_id: str = published.get("run_id", _FORMER_RUN)
    return run_id


def _body(item: Mapping[str, Any]) -> bytes:
    body = item["body"]
    return body.encode() if isinstance(body, str) else zlib.decompress(body)


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())
