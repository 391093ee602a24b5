"""Changes of a table as an event source mapping hands them to a function."""

from collections.abc import Mapping
from typing import Any

_TABLE = "arn:aws:dynamodb:us-east-1:123456789012:table/decisions"


def table_change(
    number: int, *, new: Mapping[str, Any] | None = None, old: Mapping[str, Any] | None = None, key: Mapping[str, Any]
) -> dict[str, Any]:
    """The n-th change of a table: the item after and before, in the form of DynamoDB."""
    kind = "INSERT" if old is None else "REMOVE" if new is None else "MODIFY"
    images = {name: image for name, image in (("NewImage", new), ("OldImage", old)) if image is not None}
    return {
        "eventID": f"{number:032x}",
        "eventName": kind,
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "us-east-1",
        "eventSourceARN": f"{_TABLE}/stream/2026-01-01T00:00:00.000",
        "dynamodb": {
            "ApproximateCreationDateTime": 1767225600,
            "Keys": key,
            **images,
            "SequenceNumber": f"{number:021d}",
            "SizeBytes": 100,
            "StreamViewType": "NEW_AND_OLD_IMAGES",
        },
    }


def table_changes(*changes: dict[str, Any]) -> dict[str, Any]:
    """A run of changes."""
    return {"Records": list(changes)}
