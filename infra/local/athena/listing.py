"""Finds the objects of the needed partitions with as few list calls as that takes."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

Values = TypeVar("Values")


@dataclass(frozen=True)
class ListedObject:
    """Names one version of an object; an object without an ETag never changes."""

    bucket: str
    key: str
    etag: str | None
    size: int


def split_location(location: str) -> tuple[str, str]:
    """Split s3://bucket/prefix."""
    bucket, _, prefix = location.partition("://")[2].partition("/")
    return bucket, prefix


def objects_below(s3: "S3Client", locations: Mapping[str, Values]) -> list[tuple[ListedObject, Values]]:
    """List the objects of every location, each with the partition of its location."""
    buckets: dict[str, dict[str, Values]] = defaultdict(dict)
    for location, values in locations.items():
        bucket, prefix = split_location(location)
        buckets[bucket][prefix if not prefix or prefix.endswith("/") else f"{prefix}/"] = values
    return [found for bucket, prefixes in buckets.items() for found in _in_bucket(s3, bucket, prefixes)]


def _in_bucket(s3: "S3Client", bucket: str, prefixes: dict[str, Values]) -> Iterator[tuple[ListedObject, Values]]:
    """List once over the span of the prefixes; keys come in order, so the owner is the nearest prefix before."""
    ordered = sorted(prefixes)
    for found in _span(s3, bucket, ordered[0], ordered[-1]):
        owner = ordered[max(bisect_right(ordered, found.key) - 1, 0)]
        if found.key.startswith(owner) and not _is_hidden(found):
            yield found, prefixes[owner]


def _span(s3: "S3Client", bucket: str, first: str, last: str) -> Iterator[ListedObject]:
    paginator = s3.get_paginator("list_objects_v2")
    for page in paginator.paginate(Bucket=bucket, Prefix=_common_prefix(first, last), StartAfter=first):
        for item in page.get("Contents", []):
            if item["Key"] > last and not item["Key"].startswith(last):
                return
            yield ListedObject(bucket, item["Key"], item["ETag"], item["Size"])


def _common_prefix(first: str, last: str) -> str:
    return "".join(one for one, _ in takewhile(lambda pair: pair[0] == pair[1], zip(first, last, strict=False)))


def _is_hidden(found: ListedObject) -> bool:
    """Skip folder marks and what Hive hides."""
    return not found.size or found.key.rsplit("/", 1)[-1].startswith(("_", "."))
