"""Responses over 5 MB are stored in the results bucket and redirected to with a presigned URL."""

from base64 import b64decode
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from shared.runtime.answer_size import fits
from shared.runtime.resources import Bucket

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

RESULTS_BUCKET = Bucket("results", versioned=False, expire_days=(("", 7), ("answers/", 1)), gives_answers=True)
"""Also the output location of Athena."""

ANSWERS = "answers"
GOOD_FOR = timedelta(minutes=15)
_OF_THE_BODY = {"content-type": "ContentType", "content-encoding": "ContentEncoding"}
_NOT_OF_A_REDIRECT = {*_OF_THE_BODY, "etag", "cache-control"}
Answer = dict[str, Any]


def is_larger(answer: Answer, most: int) -> bool:
    """Whether a successful response's body exceeds `most` bytes when encoded as JSON text in the Lambda response."""
    return answer["statusCode"] == HTTPStatus.OK and not fits(answer.get("body") or "", most)


class LargeAnswers:
    """Stores response bodies in the results bucket under unguessable names until they expire."""

    def __init__(self, s3: "S3Client", bucket: str) -> None:
        self._s3 = s3
        self._bucket = bucket

    def redirect_to(self, answer: Answer) -> Answer:
        """Store the body of a response, and return a redirect to its presigned URL, which needs no token."""
        key = f"{ANSWERS}/{uuid4()}"
        body = answer["body"]
        self._s3.put_object(
            Bucket=self._bucket,
            Key=key,
            Body=b64decode(body) if answer.get("isBase64Encoded") else body.encode(),
            CacheControl="private, no-store",
            **self._to_problem(answer),
        )
        location = self._s3.generate_presigned_url(
            "get_object", Params={"Bucket": self._bucket, "Key": key}, ExpiresIn=int(GOOD_FOR.total_seconds())
        )
        kept = {
            name: values
            for name, values in answer["multiValueHeaders"].items()
            if name.lower() not in _NOT_OF_A_REDIRECT
        }
        return {
            "statusCode": HTTPStatus.SEE_OTHER.value,
            "body": "",
            "isBase64Encoded": False,
            "multiValueHeaders": {**kept, "Location": [location], "Cache-Control": ["no-store"]},
        }

    def _to_problem(self, answer: Answer) -> Any:
        return {
            _OF_THE_BODY[name.lower()]: values[0]
            for name, values in answer["multiValueHeaders"].items()
            if name.lower() in _OF_THE_BODY
        }
