"""The whole platform on one laptop, as a context: everything is up inside it and nothing is left after it."""

import os
import time
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Self

from infra import web_site
from infra.admin.result_cache import forget_results
from infra.admin.stage import LOCAL, Stage
from infra.local import run_state
from infra.local.athena.engine import Engine, build_engine
from infra.local.athena.server import create_app
from infra.local.calls.call_log import CallLog
from infra.local.calls.queries import QueryPermissions
from infra.local.calls.recorder import record_queries
from infra.local.deploy.cdk import CdkApp
from infra.local.deploy.deployment import StackDeployment
from infra.local.deploy.former_lake import FormerLake
from infra.local.deploy.outputs import StackOutputs
from infra.local.deploy.rollups import LocalRollups
from infra.local.emulator.credentials import EmulatorCredentials
from infra.local.emulator.supervisor import Emulator
from infra.local.gateway.bad_requests import DoorRunner
from infra.local.gateway.discovery import find_rest_api
from infra.local.gateway.server import PUBLIC, FrontDoor
from infra.local.gateway.websocket_routes import WebSocketApi
from infra.local.guard.browser import BrowserPolicy
from infra.local.guard.headers import HOST_KEY_HEADER
from infra.local.guard.middleware import PageGuard, SignatureGuard, protect
from infra.local.host import preflight
from infra.local.host.servers import Servers
from infra.local.host.sign_in import SignIn
from infra.local.host.static_files import StaticFiles
from infra.local.host.web_app import connected_origins, web_application
from infra.local.keys import LocalApiKey, identity_of
from infra.local.lake import Lake
from infra.local.layout import LOOPBACK, Layout, Ports
from infra.local.progress import Progress


@dataclass(frozen=True, slots=True)
class Options:
    """What distinguishes one laptop platform from another."""

    layout: Layout
    ports: Ports
    app: CdkApp
    web_files: Path
    """Where the web application is built."""
    records_calls: bool = False
    """Whether the calls of functions are written to a file: tests hold them against the policies of roles."""

    @classmethod
    def of(
        cls, layout: Layout, ports: Ports, *, web_files: Path = web_site.BUILD, records_calls: bool = False
    ) -> "Options":
        """Return the options of Tally itself, whose web page may call its API."""
        app = CdkApp(context={"stage": "local", "corsOrigins": ",".join(web_origins(ports))})
        return cls(layout, ports, app, web_files, records_calls)


def web_origins(ports: Ports) -> tuple[str, ...]:
    """Return where the web page may be looked at from."""
    return tuple(f"http://{host}:{ports.web}" for host in ("localhost", LOOPBACK))


class Platform:
    """Emulator, deployed app, Athena engine, front door and web page of one directory."""

    outputs: StackOutputs
    emulator: Emulator
    credentials: EmulatorCredentials

    def __init__(self, options: Options, progress: Progress) -> None:
        self.options = options
        self._progress = progress
        self._exit = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self._start(stack)
            self._exit = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._exit.close()

    @property
    def api_url(self) -> str:
        """Where the public API starts."""
        return f"{self.options.ports.url('front')}/api/v1"

    @property
    def athena_url(self) -> str:
        """Where Athena's API is."""
        return self.options.ports.url("athena")

    @property
    def lake(self) -> Lake:
        """The lake as seen from outside."""
        return Lake(self.credentials.session(), self.emulator.url, self.outputs)

    def token(self) -> str:
        """Get a token at the public door, for the key that the laptop made."""
        return LocalApiKey(self.options.layout).token(self.api_url)

    def _start(self, stack: ExitStack) -> None:
        options, progress = self.options, self._progress
        stack.enter_context(run_state.exclusive(options.layout))
        self.credentials = EmulatorCredentials.of(options.layout)
        run = run_state.PlatformRun(os.getpid(), time.time(), options.ports)
        run.write(options.layout)
        with progress.step("Checking Python, Node, the CDK CLI and the ports"):
            preflight.check_tools(options.app.project)
            preflight.check_ports(options.ports)
        with progress.step("Starting the AWS emulator"):
            self.emulator = stack.enter_context(
                Emulator(layout=options.layout, ports=options.ports, records_calls=options.records_calls)
            )
        with progress.step("Starting Athena on DuckDB"):
            engine = self._athena()
            stack.callback(engine.close)
            servers = stack.enter_context(Servers())
            guard = SignatureGuard(BrowserPolicy.of(options.ports, "athena"), self.credentials)
            athena = create_app(engine)
            if options.records_calls:
                record_queries(athena, CallLog(options.layout.calls), QueryPermissions(engine).needed)
            servers.serve(protect(athena, guard), options.ports.athena)
        self.outputs = StackDeployment(options.app, options.layout, self.emulator.url).bring_up_to_date(progress)
        clients = self.credentials.session()
        if "KeysTableName" in self.outputs.every:
            with progress.step("Creating an API key"):
                LocalApiKey(options.layout).make(identity_of(clients, self.emulator.url, self.outputs.every, "local"))
        if "LakeBucketName" in self.outputs.every:
            stage = Stage(LOCAL, clients, self.emulator.url)
            FormerLake(stage).convert(progress)
            LocalRollups(options.layout, stage).refresh(progress)
        if table := self.outputs.every.get("ResultCacheTableName"):
            # A power cut may lose the last states of tables: later commits then get the numbers of lost ones, under
            # which results are cached.
            forget_results(clients.client("dynamodb", endpoint_url=self.emulator.url), table)
        # Objects outlive a power cut at once, all else only as saved: without its stacks no deployment would succeed.
        self.emulator.save()
        with progress.step("Opening the front door"):
            self._serve_front_door(servers)
        replace(run, ready=True).write(options.layout)

    def _athena(self) -> Engine:
        clients, url = self.credentials.session(), self.emulator.url
        return build_engine(
            glue=clients.client("glue", endpoint_url=url),
            s3=clients.client("s3", endpoint_url=url),
            upstream=clients.client("athena", endpoint_url=url),
            directory=self.options.layout.cache,
        )

    def _serve_front_door(self, servers: Servers) -> None:
        url, ports, outputs = self.emulator.url, self.options.ports, self.outputs
        clients = self.credentials.session()
        rest = find_rest_api(clients, endpoint=url, api_id=outputs.rest_api_id, stage=outputs.rest_api_stage)
        websocket = (
            WebSocketApi.at(url, outputs.websocket_api_id, outputs.websocket_api_stage)
            if outputs.websocket_api_id and outputs.websocket_api_stage
            else None
        )
        door = FrontDoor(
            rest=rest,
            websocket=websocket,
            home=ports.url("web"),
            origins=web_origins(ports),
            upstream_headers={HOST_KEY_HEADER: self.credentials.host_key},
        )
        guard = PageGuard(BrowserPolicy.of(ports, "front"), public=PUBLIC)
        servers.serve(protect(door.application(), guard), ports.front, run_by=DoorRunner)
        files = StaticFiles(self.options.web_files, connected_origins(ports), api=ports.url("front"))
        pages = web_application(files, door, SignIn.of(self.options.layout, door))
        servers.serve(protect(pages, PageGuard(BrowserPolicy.of(ports, "web"))), ports.web, run_by=DoorRunner)
