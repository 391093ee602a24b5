"""Runs a batch of messages of the roll-up queue, each of which names a data type: `{"data_type": "transactions"}`."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson

from shared.records.schema import DataType
from shared.runtime.observability import count, logger


def run_each(records: Sequence[Mapping[str, Any]], run: Callable[[DataType], object]) -> dict[str, Any]:
    """Run once for each data type; return the partial batch response with the messages to be delivered again.

    Those are the messages of types that failed, and messages that name no data type.
    """
    wanted = {record["messageId"]: _data_type(record["body"]) for record in records}
    failed = {each for each in dict.fromkeys(wanted.values()) if each is None or not _try(run, each)}
    again = [message for message, data_type in wanted.items() if data_type in failed]
    return {"batchItemFailures": [{"itemIdentifier": each} for each in again]}


def _data_type(body: str) -> DataType | None:
    try:
        return DataType(orjson.loads(body)["data_type"])
    except (ValueError, KeyError, TypeError):
        logger().exception("the message names no data type", extra={"body": body})
        return None


def _try(run: Callable[[DataType], object], data_type: DataType) -> bool:
    try:
        run(data_type)
    except Exception:  # noqa: BLE001 # logged; one type must not hold up the others
        logger().exception("roll-up failed", extra={"data_type": data_type})
        count("FailedRollups")
        return False
    return True
