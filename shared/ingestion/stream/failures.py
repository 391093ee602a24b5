"""Batches of stream records that could not be loaded before they became too old, as Lambda stores them in S3."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from shared.runtime.resources import Bucket

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

STREAM_FAILURES = Bucket("stream_failures", versioned=False)
"""Where Lambda puts whole batches that it discards; nothing expires there."""

PREFIX = "aws/lambda/"
"""The start of all keys; Lambda chooses it (`aws/lambda/<mapping>/<shard>/YYYY/MM/DD/<time>-<id>`)."""


class UnreadableBatch(ValueError):
    """An object is not a discarded batch of a Kinesis stream."""


@dataclass(frozen=True)
class DiscardedBatches:
    """The discarded batches, oldest first within a shard."""

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

    def records(self, key: str) -> Sequence[dict[str, Any]]:
        """Return the records of a batch as the consumer receives them.

        Raises:
            UnreadableBatch: the object has no payload with records of a stream.
        """
        body = self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read()
        try:
            payload = orjson.loads(body)["payload"]
            records = (orjson.loads(payload) if isinstance(payload, str) else payload)["Records"]
            if not all("kinesis" in each for each in records):
                raise UnreadableBatch(key)
        except (orjson.JSONDecodeError, KeyError, TypeError) as error:
            raise UnreadableBatch(key) from error
        return list(records)

    def forget(self, key: str) -> None:
        """Delete a batch that is loaded."""
        self.s3.delete_object(Bucket=self.bucket, Key=key)
