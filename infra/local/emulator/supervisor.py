"""Starts the emulator, knows when it is ready, and leaves no process behind when it stops."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import asdict
from http import HTTPStatus
from types import TracebackType
from typing import Self

from infra.local.emulator.credentials import EmulatorCredentials
from infra.local.emulator.environment import emulator_environment
from infra.local.emulator.torn_objects import describe_torn_objects
from infra.local.emulator.workers import descendants, end_all
from infra.local.errors import EmulatorFailed
from infra.local.guard.headers import HOST_KEY_HEADER
from infra.local.host.log_files import begin_anew_if_long
from infra.local.host.preflight import hold_port
from infra.local.layout import PROJECT, Layout, Ports

START_SECONDS = 60
STOP_SECONDS = 20
_POLL_SECONDS = 0.05


class Emulator:
    """One MiniStack in its own process group; use it as a context."""

    def __init__(self, *, layout: Layout, ports: Ports, records_calls: bool = False) -> None:
        self._layout = layout
        self._calls = [str(layout.calls)] if records_calls else []
        self._ports = ports
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where every AWS API but Athena's answers."""
        return self._ports.url("emulator")

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start the process and return once it answers."""
        # A stranger on our port would be taken for our own emulator.
        with hold_port("emulator", self._ports.emulator):
            self._layout.create()
        shutil.rmtree(self._layout.scratch, ignore_errors=True)
        self._layout.scratch.mkdir()
        describe_torn_objects(self._layout.objects)
        begin_anew_if_long(self._layout.log("emulator"))
        own = EmulatorCredentials.of(self._layout)
        with self._layout.log("emulator").open("ab") as log:
            # The open pipe is the child's proof that we live: it closes with us, even on SIGKILL.
            self._process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "infra.local.emulator.process",
                    str(self._layout.directory),
                    json.dumps(asdict(self._ports)),
                    *self._calls,
                ],
                cwd=PROJECT,
                env=emulator_environment(self._layout, self._ports, own, os.environ),
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._wait_until_ready(self._process, own)

    def _wait_until_ready(self, process: subprocess.Popen[bytes], own: EmulatorCredentials) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not answers(f"{self.url}/_ministack/ready", {HOST_KEY_HEADER: own.host_key}):
            if process.poll() is not None:
                raise EmulatorFailed(
                    f"ended during startup with code {process.returncode}", self._layout.log("emulator")
                )
            if time.monotonic() > deadline:
                raise EmulatorFailed(f"did not respond within {START_SECONDS} s", self._layout.log("emulator"))
            time.sleep(_POLL_SECONDS)

    def is_running(self) -> bool:
        """Return whether the process is still there."""
        return self._process is not None and self._process.poll() is None

    def save(self) -> None:
        """Have the state written to disk without stopping."""
        if self._process is not None and self.is_running():
            self._process.send_signal(signal.SIGUSR1)

    def stop(self) -> None:
        """Stop the process gracefully, which saves its state, then the rest of its process group."""
        self._end(graceful=True)

    def abandon(self) -> None:
        """End the process and its workers at once, saving nothing."""
        self._end(graceful=False)

    def _end(self, *, graceful: bool) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        workers = descendants(process.pid)
        if not graceful:
            process.kill()
        if process.stdin is not None:
            process.stdin.close()
        try:
            process.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        end_all(workers)


def answers(url: str, headers: Mapping[str, str] | None = None, *, seconds: float = 2.0) -> bool:
    """Return whether `url` answers 200 in time."""
    request = urllib.request.Request(url, headers=dict(headers or {}))  # noqa: S310 - always our own loopback address
    try:
        with urllib.request.urlopen(request, timeout=seconds) as response:  # noqa: S310 - as above
            return bool(response.status == HTTPStatus.OK)
    except (urllib.error.URLError, OSError):
        return False
