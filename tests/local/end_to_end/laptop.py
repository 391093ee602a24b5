"""A platform of its own, brought up and ended by the command line as a user does it."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from infra.local import run_state
from infra.local.deploy.outputs import StackOutputs
from infra.local.keys import LocalApiKey
from infra.local.layout import PROJECT, Layout, Ports
from tests.local.end_to_end.waiting import until
from tests.local.host.free_ports import free_ports
from tests.local.host.test_emulator import processes_using

UP_WITHIN, ENDED_WITHIN = 300.0, 60.0
_READY = "Ready after"


@dataclass
class Laptop:
    """One directory with its ports, whose platform is started and stopped."""

    directory: Path
    ports: Ports = field(default_factory=free_ports)
    _process: subprocess.Popen[bytes] | None = None

    @property
    def layout(self) -> Layout:
        """Where everything of it is kept."""
        return Layout(self.directory)

    @property
    def api_url(self) -> str:
        """Where its public API starts."""
        return f"{self.ports.url('front')}/api/v1"

    @property
    def token(self) -> str:
        """What its own key may show."""
        return LocalApiKey(self.layout).token(self.api_url)

    @property
    def outputs(self) -> StackOutputs:
        """What its stacks say of themselves."""
        return StackOutputs.read(self.layout.outputs)

    @property
    def _said(self) -> Path:
        return self.directory.with_suffix(".out")

    def up(self) -> str:
        """Bring it up and return what that printed."""
        said = self._said
        named = {"--port": self.ports.front, "--web-port": self.ports.web, "--emulator-port": self.ports.emulator}
        ports = [str(word) for pair in named.items() for word in pair] + ["--athena-port", str(self.ports.athena)]
        with said.open("wb") as out:
            self._process = process = subprocess.Popen(  # noqa: S603 # our own program
                [sys.executable, "-m", "infra.local", "up", "--no-demo", "--directory", str(self.directory), *ports],
                cwd=PROJECT,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
            )

        def ready() -> bool:
            assert process.poll() is None, said.read_text()
            return _READY in said.read_text()

        until(ready, seconds=UP_WITHIN, what="the platform comes up")
        return said.read_text()

    def stay_up(self) -> str:
        """Bring it up unless a test left it up, and return what that printed."""
        if self._process is not None and self._process.poll() is None:
            return self._said.read_text()
        return self.up()

    def down(self) -> int:
        """End it by the command and return the exit code of `up`."""
        subprocess.run(  # noqa: S603 # our own program
            [sys.executable, "-m", "infra.local", "down", "--directory", str(self.directory)],
            cwd=PROJECT,
            check=True,
            capture_output=True,
            timeout=ENDED_WITHIN,
        )
        return self.ended()

    def kill(self) -> None:
        """End its supervisor without a chance to clean up."""
        run = run_state.current(self.layout)
        assert run is not None
        os.kill(run.pid, signal.SIGKILL)
        self.ended()

    def cut_power(self) -> None:
        """End every process of it at once, the emulator too, which so cannot save what it knows."""
        for process in processes_using(self.directory):
            with suppress(psutil.NoSuchProcess):
                process.kill()
        self.ended()

    def is_gone(self) -> bool:
        """Return whether no process of it is left."""
        return not processes_using(self.directory)

    def end(self) -> None:
        """Make sure that nothing of it stays, whatever a test left."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        until(self.is_gone, seconds=ENDED_WITHIN, what="every process ends")

    def said(self) -> str:
        """Return the output of the last `up` so far."""
        return self._said.read_text()

    def ended(self) -> int:
        """Wait until `up` has ended, and return its exit code."""
        assert self._process is not None
        return self._process.wait(timeout=ENDED_WITHIN)
