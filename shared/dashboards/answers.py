"""Remembers the last answer to each question of widgets, with the tag of the state that it was computed from."""

import hashlib
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import orjson

from shared.dashboards.questions import WidgetQuestion
from shared.runtime.dynamodb import get_items, serialize
from shared.runtime.models import sortable
from shared.runtime.resources import Table, Write

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

    from shared.runtime.models import Clock

WIDGET_ANSWERS_TABLE = Table(
    "widget_answers",
    writes=Write.PUT | Write.UPDATE | Write.DELETE,
    partition_key="question_id",
    expires_by="expires_at",
)

LARGEST_BODY = 350 * 1024
_KEPT_FOR = timedelta(days=2)
_REFRESHED_WITHIN = timedelta(seconds=30)
_VOLATILE = {"query_time_ms", "cache_hit", "generated_at", "checkedAt"}
"""Fields of any depth that differ each time although nothing has changed."""


@dataclass(frozen=True, kw_only=True)
class WidgetAnswer:
    """An answer.

    Attributes:
        body: the body of the route as JSON; None if it is too large to be remembered.
        tag: the entity tag of the state that it was computed from; None if its source has none.
        digest: equal for answers that differ only in when and how they were computed.
        computed_at: when the computation began.
        data_freshness: how far its data go, or when it was computed.
    """

    body: bytes | None
    tag: str | None
    digest: str
    computed_at: datetime
    data_freshness: datetime

    @classmethod
    def of(
        cls, content: Any, *, tag: str | None, computed_at: datetime, data_freshness: datetime | None
    ) -> "WidgetAnswer":
        """Return the answer with a body, given as JSON values."""
        return cls(
            body=orjson.dumps(content),
            tag=tag,
            digest=hashlib.sha256(orjson.dumps(_lasting(content), option=orjson.OPT_SORT_KEYS)).hexdigest(),
            computed_at=computed_at,
            data_freshness=data_freshness or computed_at,
        )


class WidgetAnswers:
    """Stores the last answers in DynamoDB; expiry only frees space."""

    def __init__(self, dynamodb: "DynamoDBClient", table: str, clock: "Clock") -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._clock = clock

    def get_many(self, questions: Sequence[WidgetQuestion]) -> Mapping[WidgetQuestion, WidgetAnswer]:
        """Return the remembered answers to some questions, with one request for up to a hundred of them."""
        by_id = {each.question_id: each for each in questions}
        items = get_items(self._dynamodb, self._table, [{"question_id": each} for each in by_id])
        return {by_id[item["question_id"]]: _read(item) for item in items if "digest" in item}

    def put(self, question: WidgetQuestion, answer: WidgetAnswer) -> None:
        """Remember an answer, unless that of a later computation is remembered."""
        packed = zlib.compress(answer.body or b"")
        if len(packed) > LARGEST_BODY:
            answer = replace(answer, tag=None)  # it could not be returned, whatever its state
        item = {
            "question_id": question.question_id,
            "body": packed if len(packed) <= LARGEST_BODY else None,
            "tag": answer.tag,
            "digest": answer.digest,
            "computed_at": sortable(answer.computed_at),
            "data_freshness": sortable(answer.data_freshness),
            "expires_at": self._expiry(),
        }
        try:
            self._dynamodb.put_item(
                TableName=self._table,
                Item=serialize(item),
                ConditionExpression="attribute_not_exists(computed_at) OR computed_at <= :mine",
                ExpressionAttributeValues=serialize({":mine": item["computed_at"]}),
            )
        except self._dynamodb.exceptions.ConditionalCheckFailedException:
            return

    def forget(self, question: WidgetQuestion) -> None:
        """Forget the answer to a question."""
        self._dynamodb.delete_item(TableName=self._table, Key=serialize({"question_id": question.question_id}))

    def claim_refresh(self, question: WidgetQuestion) -> bool:
        """Return whether nobody has been asked within half a minute to compute the answer anew."""
        now = self._clock()
        try:
            self._dynamodb.update_item(
                TableName=self._table,
                Key=serialize({"question_id": question.question_id}),
                UpdateExpression="SET refreshed_by = :by, expires_at = :expiry",
                ConditionExpression="attribute_not_exists(refreshed_by) OR refreshed_by <= :now",
                ExpressionAttributeValues=serialize(
                    {":by": sortable(now + _REFRESHED_WITHIN), ":now": sortable(now), ":expiry": self._expiry()}
                ),
            )
        except self._dynamodb.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def _expiry(self) -> int:
        return int((self._clock() + _KEPT_FOR).timestamp())


def _read(item: Mapping[str, Any]) -> WidgetAnswer:
    return WidgetAnswer(
        body=zlib.decompress(item["body"]) if "body" in item else None,
        tag=item.get("tag"),
        digest=item["digest"],
        computed_at=datetime.fromisoformat(item["computed_at"]),
        data_freshness=datetime.fromisoformat(item["data_freshness"]),
    )


def _lasting(content: Any) -> Any:
    """Return JSON values without fields that differ each time."""
    if isinstance(content, dict):
        return {name: _lasting(value) for name, value in content.items() if name not in _VOLATILE}
    if isinstance(content, list):
        return [_lasting(each) for each in content]
    return content
