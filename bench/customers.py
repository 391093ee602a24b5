"""The daily computation of customers, step by step: `customers=2000000` computes so many instead of 200 000.

Each step runs in its own process, so that the kernel reports its peak memory. Slices run one after another and write
their profiles to a DynamoDB stand-in that accepts them immediately; one slice is also written to the emulator's table.
"""

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import boto3

from bench.environment import environment
from bench.function_process import run_apart
from bench.measure import Row
from bench.shoppers import purchases
from bench.table_lake import table_lake
from functions.manifest import FUNCTIONS
from infra.local.athena.engine import Limits, build_engine
from infra.local.athena.server import serve_in_thread
from shared.app.large_responses import RESULTS_BUCKET
from shared.app.wiring import Wiring
from shared.athena.client import WORK_GROUP
from shared.customers.publication_provider import run_files
from shared.customers.run_files import CUSTOMER_RUNS_BUCKET
from shared.lake.catalog.state import WHOLE_TABLE, TableState
from shared.lake.catalog.tables import LAKE_TABLES
from shared.lake.table.port import TableChange, TableSnapshot
from shared.lake.table.setup import ensure_all
from shared.records.schema import DataType

_STEPS, _LARGE = "bench.customer_steps", "large"
_SLICES_IN_LARGE = 5


def measure(customers: int = 200_000) -> list[Row]:
    """Compute that many customers."""
    with table_lake() as lake, tempfile.TemporaryDirectory() as directory:
        names = {**lake.wired.settings.names, WORK_GROUP.variable: "tally-local"}
        wired = Wiring(replace(lake.wired.settings, names=names))
        _sell(wired, customers)
        engine = build_engine(
            glue=boto3.client("glue"),
            s3=boto3.client("s3"),
            directory=Path(directory),
            default_output=f"s3://{wired.name_of(RESULTS_BUCKET)}/athena/",
            limits=Limits(queries_at_once=1, memory="6GB"),
        )
        try:
            with serve_in_thread(engine) as address, environment({"AWS_ENDPOINT_URL_ATHENA": address}):
                return list(_rows(wired))
        finally:
            engine.close()


def _sell(wired: Wiring, customers: int) -> None:
    ensure_all(wired.lake_tables.ensure, LAKE_TABLES)
    (table,) = [each for each in LAKE_TABLES if each.name == DataType.TRANSACTIONS]
    for rows in purchases(customers):
        made = wired.lake_tables.commit(table, wired.lake_tables.head(table), TableChange(rows=rows))
        wired.table_states.update(table.name, partial(_committed, made))


def _committed(made: TableSnapshot, state: TableState) -> TableState:
    return state.with_commit(made.id or 0, made.sequence, [WHOLE_TABLE])


def _rows(wired: Wiring) -> Iterator[Row]:
    prepared = run_apart(wired.settings.names, _STEPS, "prepare")
    run_id, slices, customers = prepared["run_id"], prepared["slices"], prepared["customers"]
    yield _row("customer_models", f"{customers:,} customers: queries, sample and model", prepared, prepared["queries"])
    one = run_apart(wired.settings.names, _STEPS, "compute", run_id, "0", "1")
    yield _row("customer_profiles", f"a slice of {one['customers']:,}, without its writes", one)
    _copy_slices(wired, run_id, min(_SLICES_IN_LARGE, slices))
    large = run_apart(wired.settings.names, _STEPS, "compute", _LARGE, "0", "1")
    yield _row("customer_profiles", f"a slice of {large['customers']:,}, without its writes", large)
    written = run_apart(wired.settings.names, _STEPS, "compute_and_write", run_id)
    yield _row("customer_profiles", f"a slice of {written['customers']:,}, written to the emulator", written)
    whole = run_apart(wired.settings.names, _STEPS, "compute", run_id, "0", str(slices))
    yield _row("customer_profiles", f"all {whole['customers']:,} in {slices} slices, without writes", whole)
    published = run_apart(wired.settings.names, _STEPS, "publish", run_id)
    yield _row("customer_segments", "all slices added up and published", published)


def _row(function: str, name: str, told: dict[str, Any], besides: str = "") -> Row:
    (declared,) = [each for each in FUNCTIONS if each.name == function]
    peak = told["peak"]
    each = told["seconds"] / max(1, told["customers"]) * 1e6
    return Row(
        name=f"{function}: {name}",
        ours=f"{told['seconds']:.1f} s, {each:.0f} us a customer, {peak:.0f} MB",
        against="the function's memory",
        theirs=f"{declared.memory_mb} MB {besides or told.get('sent', '')}",
        ratio=peak / declared.memory_mb,
        aim="at most 1",
        met=peak <= declared.memory_mb,
    )


def _copy_slices(wired: Wiring, run_id: str, count: int) -> None:
    """Make one slice of several, as there are when there are more customers than slices of the usual size."""
    files, bucket = run_files(wired), wired.name_of(CUSTOMER_RUNS_BUCKET)
    s3 = boto3.client("s3")
    for place in range(count):
        for name in files.objects.names(f"runs/{run_id}/rows/slice={place}/"):
            key = f"runs/{_LARGE}/rows/slice=0/{place}-{name.key.rsplit('/', 1)[-1]}"
            s3.copy_object(Bucket=bucket, Key=key, CopySource={"Bucket": bucket, "Key": name.key})
    files.put_run(files.run(run_id).model_copy(update={"run_id": _LARGE}))
