"""An absent object is told from a refused request, however little of the bucket the role may list."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from shared.runtime.s3 import unless_absent

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

KEY = "uploads/sales/one"
READ: Any = {"Bucket": "lake", "Key": KEY}
LISTING = {"Bucket": "lake", "Prefix": KEY, "MaxKeys": 1}


@pytest.fixture
def s3() -> Iterator[tuple["S3Client", Stubber]]:
    """A client whose every answer is given in advance, in order, and is expected to be asked for."""
    client = boto3.client("s3", "us-east-1", aws_access_key_id="testing", aws_secret_access_key="testing")
    with Stubber(client) as answers:
        yield client, answers
        answers.assert_no_pending_responses()


def size_of(s3: "S3Client") -> int | None:
    """Read the size of the object."""
    return unless_absent(s3, "lake", KEY, lambda: s3.head_object(**READ)["ContentLength"])


def is_refused(answers: Stubber) -> None:
    """Answer a read as S3 answers `HEAD`: without a body, so that the code is the status."""
    answers.add_client_error("head_object", "403", "Forbidden", 403, expected_params=READ)


def is_listed(answers: Stubber, *keys: str) -> None:
    """Answer the listing of the key."""
    contents: Any = {"Contents": [{"Key": key} for key in keys]} if keys else {}
    answers.add_response("list_objects_v2", contents, LISTING)


def test_an_object_that_is_found_is_not_listed(s3: tuple["S3Client", Stubber]) -> None:
    client, answers = s3
    answers.add_response("head_object", {"ContentLength": 4}, READ)

    assert size_of(client) == 4


def test_who_may_list_the_bucket_learns_at_once_that_an_object_is_absent(s3: tuple["S3Client", Stubber]) -> None:
    client, answers = s3
    answers.add_client_error("head_object", "404", "Not Found", 404, expected_params=READ)

    assert size_of(client) is None


@pytest.mark.parametrize("listed", [(), (f"{KEY}.csv",)], ids=["nothing", "a longer key"])
def test_a_refused_object_that_is_not_listed_is_absent(s3: tuple["S3Client", Stubber], listed: tuple[str, ...]) -> None:
    client, answers = s3
    is_refused(answers)
    is_listed(answers, *listed)

    assert size_of(client) is None


def test_a_refused_object_that_is_listed_is_an_error(s3: tuple["S3Client", Stubber]) -> None:
    client, answers = s3
    is_refused(answers)
    is_listed(answers, KEY)
    is_refused(answers)

    with pytest.raises(ClientError, match="403"):
        size_of(client)


def test_an_object_written_before_the_listing_is_read(s3: tuple["S3Client", Stubber]) -> None:
    client, answers = s3
    is_refused(answers)
    is_listed(answers, KEY)
    answers.add_response("head_object", {"ContentLength": 4}, READ)

    assert size_of(client) == 4


def test_a_refused_listing_is_an_error(s3: tuple["S3Client", Stubber]) -> None:
    client, answers = s3
    is_refused(answers)
    answers.add_client_error("list_objects_v2", "AccessDenied", "Access Denied", 403, expected_params=LISTING)

    with pytest.raises(ClientError, match="AccessDenied"):
        size_of(client)


def test_other_errors_stay_as_they_are(s3: tuple["S3Client", Stubber]) -> None:
    client, answers = s3
    answers.add_client_error("head_object", "SlowDown", "Please reduce your request rate", 503, expected_params=READ)

    with pytest.raises(ClientError, match="SlowDown"):
        size_of(client)
