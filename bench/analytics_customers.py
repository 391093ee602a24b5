"""Customers of the year: all of them computed in a process of their own, and one of them told."""

import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial

import boto3
import orjson

from bench.measure import Row, above_floor, medians
from shared.app.wiring import Wiring, wiring
from shared.athena.client import WORK_GROUP
from shared.customers.reports import CustomerReports
from shared.customers.store import CUSTOMERS_TABLE, CustomerStore
from tests.moto_platform import environment

GIGABYTE = 2**30
MOST_MEMORY, MOST_SECONDS = 3008 * 2**20, 15 * 60
"""What the largest function of the computation has: `functions/customer_models/function.py`."""

MOST_ABOVE_FLOOR = 3
ONE = "customer-00001000"


def rows(wired: Wiring) -> Iterator[Row]:
    """Compute every customer of the lake, then tell of one."""
    told = _in_another_process(wired)
    yield Row(
        name=f"{told['customers']:,.0f} customers computed: queried, fitted, written",
        ours=f"{told['seconds']:.0f} s",
        against="of that, the queries",
        theirs=f"{told['query_seconds']:.0f} s",
        ratio=told["seconds"] / told["query_seconds"],
        aim=f"at most {MOST_SECONDS} s",
        met=told["seconds"] <= MOST_SECONDS,
    )
    yield Row(
        name="the same, peak memory of the function",
        ours=f"{told['peak'] / GIGABYTE:.2f} GB",
        against="the memory that it has",
        theirs=f"{MOST_MEMORY / GIGABYTE:.1f} GB",
        ratio=told["peak"] / MOST_MEMORY,
        aim="at most 1",
        met=told["peak"] <= MOST_MEMORY,
    )
    yield from _profile(wired)


def compute() -> None:
    """Compute all customers, one slice after another in one process, and print what that took."""
    started = time.perf_counter()
    wired = wiring()
    run = wired.customer_preparation.prepare(wired.clock())
    for place in range(run.slices):
        wired.customer_slices.compute(run.run_id, place)
    done = wired.customer_publication.publish(run.run_id)
    seconds, peak = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(orjson.dumps({"customers": done.customers, "seconds": seconds, "peak": peak}).decode())


def _in_another_process(wired: Wiring) -> dict[str, float]:
    """The child's peak memory is its own; our engine, which answers its queries, stays here."""
    command = [sys.executable, "-c", "from bench.analytics_customers import compute; compute()"]
    asked_before = len(_queries(wired))
    done = subprocess.run(
        command, check=True, stdout=subprocess.PIPE, env={**os.environ, **environment(wired.settings)}
    )
    queries = _queries(wired)
    told: dict[str, float] = orjson.loads(done.stdout.splitlines()[-1])
    return told | {"query_seconds": _seconds_of(queries[: len(queries) - asked_before])}


def _queries(wired: Wiring) -> list[str]:
    """All queries so far, newest first."""
    pages = boto3.client("athena").get_paginator("list_query_executions")
    group = wired.settings.name_of(WORK_GROUP)
    return [each for page in pages.paginate(WorkGroup=group) for each in page["QueryExecutionIds"]]


def _seconds_of(queries: list[str]) -> float:
    athena = boto3.client("athena")
    told = (athena.get_query_execution(QueryExecutionId=each)["QueryExecution"]["Statistics"] for each in queries)
    return sum(each["TotalExecutionTimeInMillis"] for each in told) / 1000


def _profile(wired: Wiring) -> Iterator[Row]:
    dynamodb, table = boto3.client("dynamodb"), wired.settings.name_of(CUSTOMERS_TABLE)
    reads: list[str] = []
    dynamodb.meta.events.register("before-call.dynamodb", lambda model, **_: reads.append(model.name))
    reports = CustomerReports(CustomerStore(dynamodb, table, wired.clock))
    reports.profile(ONE)
    reads.clear()  # the first read also learned which computation is published
    reports.profile(ONE)
    alone = len(reads)
    key = {"subject": {"S": "segments"}}
    taken = medians(
        {"ours": partial(reports.profile, ONE), "floor": partial(dynamodb.get_item, TableName=table, Key=key)}
    )
    yield above_floor(
        "a customer's profile", taken["ours"], ("one item read with boto3", taken["floor"]), at_most=MOST_ABOVE_FLOOR
    )
    yield Row(
        name="a customer's profile: reads",
        ours=str(alone),
        against="one",
        theirs="1",
        ratio=float(alone),
        aim="one read",
        met=alone == 1,
    )
