"""Checkpoints of the chains' heads that nobody can change: objects under Object Lock."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from itertools import chain as joined
from typing import TYPE_CHECKING, Any

import orjson
from botocore.exceptions import ClientError

from shared.audit.cursor import Marker
from shared.audit.entry import ChainHead, heads_in
from shared.runtime.errors import InvalidRequest
from shared.runtime.models import sortable
from shared.runtime.resources import Bucket

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client
    from types_boto3_s3.type_defs import ObjectVersionTypeDef

    from shared.runtime.models import Clock

ANCHORS_BUCKET = Bucket("anchors", versioned=True, locked_days=400)

PREFIX = "heads"
_AT_ONCE = 10


@dataclass(frozen=True)
class AnchorPage:
    """The heads in some anchors, the number of these anchors, and what the next page begins behind."""

    heads: frozenset[ChainHead]
    anchors: int
    following: Marker | None


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

    def page(self, after: Marker | None, size: int) -> AnchorPage:
        """Return heads that were ever anchored: at most `size` anchors, those behind a marker.

        A delete only hides an object under lock; its versions stay.

        Raises:
            InvalidRequest: the marker is not one of a former page.
        """
        asked: dict[str, Any] = {"Bucket": self._bucket, "Prefix": f"{PREFIX}/", "MaxKeys": size}
        if after:
            asked |= {"KeyMarker": after[0], "VersionIdMarker": after[1]}
        try:
            listed = self._s3.list_object_versions(**asked)
        except ClientError as error:
            if error.response["Error"]["Code"] != "InvalidArgument":
                raise
            raise InvalidRequest("The cursor is not one of a previous response; start again without it") from error
        versions = listed.get("Versions", [])
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            heads = frozenset(joined.from_iterable(pool.map(self._heads, versions)))
        more = listed["IsTruncated"]
        return AnchorPage(
            heads, len(versions), (listed["NextKeyMarker"], listed["NextVersionIdMarker"]) if more else None
        )

    def _heads(self, version: "ObjectVersionTypeDef") -> list[ChainHead]:
        answer = self._s3.get_object(Bucket=self._bucket, Key=version["Key"], VersionId=version["VersionId"])
        return heads_in(answer["Body"].read())
