"""Steps of functions in processes of their own, which import what these import: the kernel reports their peaks."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import orjson

from bench.memory import peak_megabytes
from shared.app.wiring import Wiring


def run_apart(wired: Wiring, module: str, step: str, *arguments: str) -> dict[str, Any]:
    """Call a function of a module in another process with the resources of a wiring; return what it has told."""
    command = [sys.executable, "-c", f"import sys; from {module} import {step}; {step}(*sys.argv[1:])"]
    environment = {**os.environ, **wired.settings.names, "POWERTOOLS_LOG_LEVEL": "ERROR"}
    done = subprocess.run([*command, *arguments], check=True, stdout=subprocess.PIPE, env=environment)
    told: dict[str, Any] = orjson.loads(done.stdout.splitlines()[-1])
    print(step, *arguments, told, file=sys.stderr, flush=True)
    return told


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """Return what work returns, and the seconds that it takes."""
    started = time.perf_counter()
    return work(), time.perf_counter() - started


def tell(told: dict[str, Any], seconds: float) -> None:
    """Tell the process that waits, with the seconds of a core and the megabytes that this one has used."""
    used = {"seconds": seconds, "cpu": time.process_time(), "peak": peak_megabytes()}
    print(orjson.dumps({**told, **used}).decode())
