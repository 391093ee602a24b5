"""Batches of a stream that a function failed with until they became too old, as Lambda stores them in S3."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import orjson
from botocore.exceptions import ClientError
from pydantic import AliasChoices, AwareDatetime, BaseModel, Field
from pydantic_core import from_json

from shared.ledger.models import DiscardedRecords
from shared.runtime.parallel import all_at_once
from shared.runtime.resources import Bucket
from shared.runtime.s3 import unless_absent

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

STREAM_FAILURES = Bucket("stream_failures", versioned=False)
"""Where Lambda puts whole batches of the event stream that it discards; nothing expires there."""

FEED_FAILURES = Bucket("feed_failures", versioned=False)
"""Where Lambda puts the runs of changed decisions that it discards; nothing expires there."""

PREFIX = "aws/lambda/"
"""The start of all keys; Lambda chooses it (`aws/lambda/<mapping>/<shard>/YYYY/MM/DD/<time>-<id>`)."""

MOST_COUNTED = 1_000
"""How many batches a request counts: as many as one call lists."""

_AT_ONCE = 16
_HEAD_BYTES = 4_096


class UnreadableBatch(ValueError):
    """An object is not a discarded batch of a stream."""


class BatchInfo(BaseModel):
    """What Lambda writes about the records of a batch, under its own names."""

    records: int = Field(alias="batchSize", ge=0)
    oldest: AwareDatetime = Field(alias="approximateArrivalOfFirstRecord")


class _Head(BaseModel):
    """The first bytes of an object, which may end within `payload`; the batch info stands before it."""

    info: BatchInfo = Field(validation_alias=AliasChoices("KinesisBatchInfo", "DDBStreamBatchInfo"))
    payload: Any


@dataclass(frozen=True)
class DiscardedBatches:
    """The discarded batches of a Kinesis stream or of the stream of a table, oldest first within a shard."""

    s3: "S3Client"
    bucket: str

    def count(self) -> int:
        """Return the number of batches."""
        return sum(1 for _ in self.keys())

    def keys(self) -> Iterator[str]:
        """Yield the keys of all batches."""
        for page in self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=PREFIX):
            for each in page.get("Contents", ()):
                yield each["Key"]

    def summary(self, most: int = MOST_COUNTED) -> DiscardedRecords | None:
        """Count the records of the batches without reading them; None if there are no batches.

        Args:
            most: how many batches are counted.
        """
        listed = self.s3.list_objects_v2(Bucket=self.bucket, Prefix=PREFIX, MaxKeys=most)
        if not listed["KeyCount"]:
            return None
        infos = self.infos(each["Key"] for each in listed["Contents"])
        found = [each for each in infos.values() if each]
        return DiscardedRecords(
            batches=len(found),
            records=sum(each.records for each in found),
            oldest=min((each.oldest for each in found), default=None),
            complete=len(found) == len(infos) and not listed["IsTruncated"],
        )

    def infos(self, keys: Iterable[str]) -> Mapping[str, BatchInfo | None]:
        """Return the batch info of each key; None if the object was deleted meanwhile, or is not a batch."""
        return all_at_once({key: partial(self._info, key) for key in keys}, _AT_ONCE)

    def records(self, key: str) -> Sequence[dict[str, Any]]:
        """Return the records of a batch as its function receives them.

        Raises:
            UnreadableBatch: the object has no payload with records of a stream.
        """
        body = self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read()
        try:
            payload = orjson.loads(body)["payload"]
            records = (orjson.loads(payload) if isinstance(payload, str) else payload)["Records"]
            if not all("kinesis" in each or "dynamodb" in each for each in records):
                raise UnreadableBatch(key)
        except (orjson.JSONDecodeError, KeyError, TypeError) as error:
            raise UnreadableBatch(key) from error
        return list(records)

    def forget(self, key: str) -> None:
        """Delete a batch that is loaded."""
        self.s3.delete_object(Bucket=self.bucket, Key=key)

    def _info(self, key: str) -> BatchInfo | None:
        head = f"bytes=0-{_HEAD_BYTES - 1}"
        try:
            found = unless_absent(
                self.s3, self.bucket, key, lambda: self.s3.get_object(Bucket=self.bucket, Key=key, Range=head)
            )
            if found is None:  # loaded meanwhile
                return None
            start = found["Body"].read().decode(errors="ignore")  # it may end within a character
            return _Head.model_validate(from_json(start, allow_partial="trailing-strings")).info
        except ValueError:
            return None
        except ClientError as error:
            if error.response["Error"]["Code"] == "InvalidRange":  # empty
                return None
            raise
