"""A process that wants a result: `python -m tests.local.end_to_end.rival`, told all else by its environment.

It says when it computes, waits for a line before it ends that, and then says what it has.
"""

import os
import sys
from datetime import UTC, datetime

import boto3
from pydantic import TypeAdapter

from shared.athena.result_cache import ResultCache, cache_key
from shared.athena.sql import Statement
from shared.runtime.deadline import Timeout


def _compute() -> int:
    print("computes", flush=True)  # noqa: T201 # its way of telling
    sys.stdin.readline()
    return os.getpid()


def main() -> None:
    """Recall the result."""
    cache = ResultCache(
        boto3.client("dynamodb"),
        os.environ["RESULTS"],
        clock=lambda: datetime.now(UTC),
        patience=Timeout(seconds=float(os.environ["PATIENCE"])),
    )
    key = cache_key(Statement("SELECT 1 WHERE x = ?", (os.environ["QUESTION"],)))
    result, hit = cache.get_or_compute(key, TypeAdapter(int), _compute)
    print(f"has {result} {'remembered' if hit else 'computed'}", flush=True)  # noqa: T201 # as above


if __name__ == "__main__":
    main()
