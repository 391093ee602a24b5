"""Messages of the merge queue: notices of S3 in SQS messages."""

import hashlib
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote_plus

import orjson


def sqs_event(bodies: Sequence[str]) -> dict[str, Any]:
    """Messages as an event source mapping hands them to a function; message n has the id `message-n`."""
    return {"Records": [_message(f"message-{number}", body) for number, body in enumerate(bodies)]}


def s3_notice(*keys: str) -> str:
    """What S3 says when objects were made; keys are written as in a form."""
    return orjson.dumps({"Records": [_made(key) for key in keys]}).decode()


def s3_test_notice() -> str:
    """Build the test event that S3 sends when notifications are configured."""
    notice = {"Service": "Amazon S3", "Event": "s3:TestEvent", "Time": "2026-01-01T00:00:00.000Z", "Bucket": "lake"}
    return orjson.dumps(notice).decode()


def _message(message_id: str, body: str) -> dict[str, Any]:
    return {
        "messageId": message_id,
        "receiptHandle": f"handle-of-{message_id}",
        "body": body,
        "attributes": {
            "ApproximateReceiveCount": "1",
            "SentTimestamp": "1767225600000",
            "SenderId": "123456789012",
            "ApproximateFirstReceiveTimestamp": "1767225600001",
        },
        "messageAttributes": {},
        "md5OfBody": hashlib.md5(body.encode(), usedforsecurity=False).hexdigest(),
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:tally-merge-queue",
        "awsRegion": "us-east-1",
    }


def _made(key: str) -> dict[str, Any]:
    return {
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": "us-east-1",
        "eventTime": "2026-01-01T00:00:00.000Z",
        "eventName": "ObjectCreated:Put",
        "userIdentity": {"principalId": "AWS:ROLE:ingest"},
        "requestParameters": {"sourceIPAddress": "192.0.2.1"},
        "responseElements": {"x-amz-request-id": "C3D13FE58DE4C810", "x-amz-id-2": "FMyUVURIY8/IgAtTv8xRjskZ"},
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": "incoming",
            "bucket": {
                "name": "tally-lake-bucket",
                "ownerIdentity": {"principalId": "A3NL1KOZZKExample"},
                "arn": "arn:aws:s3:::tally-lake-bucket",
            },
            "object": {
                "key": quote_plus(key, safe="/"),
                "size": 1024,
                "eTag": "d41d8cd98f00b204e9800998ecf8427e",
                "versionId": "096fKKXTRTtl3on89fVO.nfljtsv6qko",
                "sequencer": "0055AED6DCD90281E5",
            },
        },
    }
