"""The platform for measuring costs: functions of this process, AWS and Athena in processes of their own.

So the processor time of this process is that of the functions.
"""

import contextlib
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import boto3

from bench.cost_requests import Output, RequestMeter
from bench.environment import environment
from infra.local.athena.engine import Limits, build_engine
from infra.local.athena.server import serve_in_thread
from infra.local.emulator.credentials import EmulatorCredentials
from infra.local.emulator.supervisor import Emulator
from infra.local.layout import Layout
from shared.app.large_responses import RESULTS_BUCKET
from shared.app.wiring import wiring
from shared.athena.client import WORK_GROUP
from shared.lake.catalog.tables import LAKE_TABLES
from shared.lake.table.setup import ensure_all
from shared.runtime.settings import Settings
from tests.fakes.websocket_gateway import FakeGateway, running_gateway
from tests.local.host.free_ports import free_ports
from tests.moto_platform import create_resources

_STAGE = {"TALLY_STAGE": "local", "POWERTOOLS_METRICS_NAMESPACE": "Tally/prod", "POWERTOOLS_TRACE_DISABLED": "true"}


@contextmanager
def cost_platform() -> Iterator[tuple[RequestMeter, Output, FakeGateway]]:
    """Make every resource; functions of this process find them in the environment, and their requests are counted."""
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        layout = Layout(directory / "platform")
        emulator = stack.enter_context(Emulator(layout=layout, ports=free_ports()))
        variables = {**EmulatorCredentials.of(layout).environment(), "AWS_ENDPOINT_URL": emulator.url}
        stack.enter_context(environment(variables))
        settings = create_resources()
        athena = stack.enter_context(_athena(directory / "athena", settings.name_of(RESULTS_BUCKET)))
        gateway = stack.enter_context(running_gateway())
        stack.enter_context(environment(_variables(settings, athena, gateway.url)))
        meter = RequestMeter(boto3.Session().client("dynamodb"))
        boto3.setup_default_session()
        meter.listen(_events())
        output = stack.enter_context(contextlib.redirect_stdout(Output()))
        wiring.cache_clear()
        stack.callback(wiring.cache_clear)
        ensure_all(wiring().lake_tables.ensure, LAKE_TABLES)
        yield meter, output, gateway


def _variables(settings: Settings, athena: str, gateway: str) -> Mapping[str, str]:
    addresses = {"AWS_ENDPOINT_URL_ATHENA": athena, "AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI": gateway}
    return {**settings.names, **_STAGE, **addresses, WORK_GROUP.variable: "tally-local"}


def _events() -> Any:
    session: Any = boto3.DEFAULT_SESSION
    return session.events


@contextmanager
def _athena(directory: Path, results: str) -> Iterator[str]:
    """Serve Athena in another process until the block ends; gives its address."""
    spawning = get_context("spawn")
    ours, theirs = spawning.Pipe()
    process = spawning.Process(target=_serve_athena, args=(theirs, directory, results), daemon=True)
    process.start()
    try:
        yield ours.recv()
    finally:
        ours.send("end")
        process.join()


def _serve_athena(told: Connection, directory: Path, results: str) -> None:
    engine = build_engine(
        glue=boto3.client("glue"),
        s3=boto3.client("s3"),
        directory=directory,
        default_output=f"s3://{results}/athena/",
        limits=Limits(threads=1, queries_at_once=1, memory="1GB"),
    )
    try:
        with serve_in_thread(engine) as address:
            told.send(address)
            told.recv()
    finally:
        engine.close()
