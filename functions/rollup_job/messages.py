"""Parses the messages of the roll-up queue, which name data types, and reports those that failed."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson

from shared.records.schema import DataType


def messages_by_type(records: Sequence[Mapping[str, Any]]) -> dict[DataType, list[str]]:
    """Return the ids of the messages that name each data type.

    Raises:
        ValueError: a message names none.
    """
    found: defaultdict[DataType, list[str]] = defaultdict(list)
    for record in records:
        found[DataType(orjson.loads(record["body"])["data_type"])].append(record["messageId"])
    return dict(found)


def failures(message_ids: Iterable[str]) -> dict[str, Any]:
    """Return the partial batch response that names the messages to be delivered again."""
    return {"batchItemFailures": [{"itemIdentifier": each} for each in message_ids]}
