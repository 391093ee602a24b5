"""The whole platform, deployed by the code path of `up`, for the tests that need all of it."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx
import pytest
from rich.console import Console

from infra.local.calls.call_log import Call, CallLog
from infra.local.deploy.outputs import StackOutputs
from infra.local.emulator.credentials import EmulatorCredentials
from infra.local.keys import LocalApiKey
from infra.local.lake import QUIET_SECONDS, Lake, settle
from infra.local.layout import Layout, Ports
from infra.local.progress import Progress
from shared.runtime.settings import Settings
from tests.local.end_to_end.waiting import until
from tests.local.host.free_ports import free_ports
from tests.local.permissions import Roles
from tests.local.unused_rights import superfluous, unexplained

_END_TO_END = Path(__file__).parent / "end_to_end"
_POLL_SECONDS = 0.1
_FIRST_ANSWER_SECONDS = 180.0


class RunningPlatform:
    """A platform that is up: its public addresses and a way into its AWS APIs."""

    outputs: StackOutputs
    lake: Lake

    def __init__(self, layout: Layout, ports: Ports, web_files: Path) -> None:
        self.layout = layout
        self.web_files = web_files
        self.ports = ports
        self._up = ExitStack()

    @property
    def api_url(self) -> str:
        """Where the public API starts, `/api/v1` included."""
        return f"{self.ports.url('front')}/api/v1"

    @cached_property
    def token(self) -> str:
        """What its own key may show: good for everything, for a day."""
        return LocalApiKey(self.layout).token(self.api_url)

    @property
    def websocket_url(self) -> str:
        """Where the WebSocket addresses start, `/ws` included."""
        return f"{self.ports.url('front').replace('http', 'ws', 1)}/ws"

    @property
    def emulator_url(self) -> str:
        """Where the AWS APIs answer."""
        return self.ports.url("emulator")

    @property
    def credentials(self) -> EmulatorCredentials:
        """What opens its AWS APIs."""
        return EmulatorCredentials.of(self.layout)

    def client(self, service: str) -> Any:
        """Return a boto3 client of the platform's account; Athena's talks to our own engine."""
        door = "athena" if service == "athena" else "emulator"
        clients: Any = self.credentials.session()
        return clients.client(service, endpoint_url=self.ports.url(door))

    def settings_of(self, function: str) -> Settings:
        """Return the settings of a deployed function."""
        told = self.client("lambda").get_function_configuration(FunctionName=f"tally-local-{function}")
        return Settings.from_environment(told["Environment"]["Variables"])

    def settle(self, timeout: float = 120, quiet: float = QUIET_SECONDS) -> None:
        """Return once everything sent is merged; a short quiet will do if nothing went through the stream."""
        settled = settle(self.lake.pending, timeout=timeout, tell=lambda _: None, quiet=quiet, poll=_POLL_SECONDS)
        assert settled, self.lake.pending()

    def start(self, console: Console) -> None:
        """Bring it up as the command does, without demo data."""
        # Imported only here: the other tests of this folder need neither the whole host nor a deployable app.
        from infra.local.host.platform import Options, Platform  # noqa: PLC0415

        options = Options.of(self.layout, self.ports, web_files=self.web_files, records_calls=True)
        up = self._up.enter_context(Platform(options, Progress(console)))
        self.outputs, self.lake = up.outputs, up.lake

    def stop(self) -> None:
        """End it; its data is kept."""
        self._up.close()


@pytest.fixture(scope="session")
def platform(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPlatform]:
    """The app deployed into an emulator of its own, on free ports, its lake empty at first."""
    with running_platform(tmp_path_factory) as running:
        yield running
        roles = Roles.deployed(running.client("lambda"), running.client("iam"))
        calls = list(CallLog(running.layout.calls).read())
        _assert_permitted(roles, calls)
        if _has_run_all(request.session):
            _assert_needed(roles, calls)


@contextmanager
def running_platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPlatform]:
    """Run a platform as long as the context lasts."""
    web_files = tmp_path_factory.mktemp("dist")
    (web_files / "index.html").write_text("<!doctype html><title>The application</title>")
    running = RunningPlatform(Layout(tmp_path_factory.mktemp("platform")), free_ports(), web_files)
    running.start(Console(quiet=True))
    try:
        _answer_once(running)
        yield running
    finally:
        running.stop()


def _assert_permitted(roles: Roles, calls: Sequence[Call]) -> None:
    """Fail if a function made a call that AWS would refuse its role: the emulator allows everything."""
    assert any(call.function for call in calls), "no function was recognised by its calls"
    assert roles.unknown_conditions() == set()
    assert list(roles.refusals(calls)) == []


def _assert_needed(roles: Roles, calls: Sequence[Call]) -> None:
    """Fail if functions have a right that none of them needs, without a reason; or if a reason is for none."""
    unused = roles.unused(calls)

    assert unexplained(unused) == []
    assert superfluous(roles.granted) == []


def _has_run_all(session: pytest.Session) -> bool:
    """Return whether all end-to-end tests, at least those of the quick tier, were selected and have passed."""
    asked, options = session.config.args, session.config.option
    is_whole = not any("::" in each for each in asked) and not (options.keyword or options.deselect)
    of_a_tier = options.markexpr in {"", "not thorough"}
    files = {item.path for item in session.items}
    return is_whole and of_a_tier and not session.testsfailed and files.issuperset(_END_TO_END.glob("test_*.py"))


def _answer_once(running: RunningPlatform) -> None:
    """Wait for the first answer: starting its processes may take a busy machine longer than the 29 s of a request."""
    question = {"metric_type": "revenue", "time_range[start]": "2024-01-01", "time_range[end]": "2024-01-02"}
    headers = {"Authorization": f"Bearer {running.token}"}
    with httpx.Client(base_url=running.api_url, headers=headers, timeout=60) as http:

        def answered() -> bool | None:
            return http.get("/analytics/metrics", params=question).is_success or None

        until(answered, seconds=_FIRST_ANSWER_SECONDS, what="the platform answers")
