"""Tells absent objects from refused requests.

S3 answers 404 for an absent object only to who may list the whole bucket. Who may list below a prefix is answered 403,
as for a refused request, because a read has no prefix that would meet the condition; a listing shows whether the object
exists. https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

T = TypeVar("T")

_ABSENT = {"404", "NoSuchKey", "NotFound"}
_REFUSED = {"403", "AccessDenied", "Forbidden"}  # a response to HEAD has no body with a code


def unless_absent(s3: "S3Client", bucket: str, key: str, read: Callable[[], T]) -> T | None:
    """Return what a read of an object returns; None if the object does not exist."""
    try:
        return read()
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if means_absent(code, s3, bucket, key):
            return None
        if code not in _REFUSED:
            raise
    return read()  # it was written meanwhile, or this read is refused as well


def means_absent(code: str | None, s3: "S3Client", bucket: str, key: str) -> bool:
    """Return whether the error code of a request for an object means that the object does not exist."""
    if code not in _REFUSED:
        return code in _ABSENT
    listed = s3.list_objects_v2(Bucket=bucket, Prefix=key, MaxKeys=1)
    return key not in {each["Key"] for each in listed.get("Contents", ())}
