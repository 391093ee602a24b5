"""Checkpoints of the chains' heads that nobody can change: objects under Object Lock."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from typing import TYPE_CHECKING

import orjson

from shared.audit.entry import ChainHead, heads_in
from shared.runtime.models import sortable
from shared.runtime.resources import Bucket

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client
    from types_boto3_s3.type_defs import ObjectVersionTypeDef

    from shared.runtime.models import Clock

ANCHORS_BUCKET = Bucket("anchors", versioned=True, locked_days=400)

PREFIX = "heads"
_AT_ONCE = 10


class Anchors:
    """Writes heads, and reads every one that was ever written, deleted or overwritten though it may seem."""

    def __init__(self, s3: "S3Client", bucket: str, clock: "Clock") -> None:
        self._s3 = s3
        self._bucket = bucket
        self._clock = clock

    def add(self, heads: Sequence[ChainHead]) -> None:
        """Store the current heads; the bucket locks new objects."""
        self._s3.put_object(
            Bucket=self._bucket,
            Key=f"{PREFIX}/{sortable(self._clock())}.json",
            Body=orjson.dumps([asdict(head) for head in heads]),
            ContentType="application/json",
        )

    def all(self) -> Iterator[ChainHead]:
        """Every head ever anchored; a delete only hides an object under lock, its versions stay."""
        pages = self._s3.get_paginator("list_object_versions").paginate(Bucket=self._bucket, Prefix=f"{PREFIX}/")
        with ThreadPoolExecutor(_AT_ONCE) as pool:  # a year of them is 17 500
            for page in pages:
                for heads in pool.map(self._heads, page.get("Versions", [])):
                    yield from heads

    def _heads(self, version: "ObjectVersionTypeDef") -> list[ChainHead]:
        answer = self._s3.get_object(Bucket=self._bucket, Key=version["Key"], VersionId=version["VersionId"])
        return heads_in(answer["Body"].read())
