"""Objects that Lambda stores for batches of a stream that it gave up, as AWS documents them."""

from collections.abc import Mapping
from typing import Any

import orjson

DAY = "aws/lambda/5f2b8b2e-11aa/shardId-000000000000/2026/11/30"
"""The start of the keys of one shard and day."""


def discarded_batch(event: Mapping[str, Any], arrived: str = "2026-11-24T10:00:00.000Z") -> bytes:
    """Return the object that Lambda stores for a failed event: its batch info, and the event as JSON text.

    https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
    https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
    """
    first, last = event["Records"][0], event["Records"][-1]
    info, change, number = (
        ("KinesisBatchInfo", "kinesis", "sequenceNumber")
        if "kinesis" in first
        else ("DDBStreamBatchInfo", "dynamodb", "SequenceNumber")
    )
    stored = {
        "requestContext": {
            "requestId": "c9b8fa9f-5a7f-xmpl-af9c-0c604cde93a5",
            "functionArn": "arn:aws:lambda:us-east-1:123456789012:function:tally-test",
            "condition": "RecordAgeExceeded",
            "approximateInvokeCount": 9000,
        },
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
        "version": "1.0",
        "timestamp": "2026-11-30T10:00:06.021Z",
        info: {
            "shardId": "shardId-000000000000",
            "startSequenceNumber": first[change][number],
            "endSequenceNumber": last[change][number],
            "approximateArrivalOfFirstRecord": arrived,
            "approximateArrivalOfLastRecord": arrived,
            "batchSize": len(event["Records"]),
            "streamArn": first["eventSourceARN"],
        },
        "payload": orjson.dumps(event).decode(),
    }
    return orjson.dumps(stored)
