"""Steps of functions in processes of their own, which import what these import: the kernel reports their peaks."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

import orjson

from bench.memory import peak_megabytes


def run_apart(variables: Mapping[str, str], module: str, step: str, *arguments: str) -> dict[str, Any]:
    """Call a function of a module in another process; return the measurements that it prints.

    Args:
        variables: added to the environment of this process, such as the names of resources.
        module: the name of the module.
        step: the name of the function.
        arguments: the arguments of the function.
    """
    command = [sys.executable, "-c", f"import sys; from {module} import {step}; {step}(*sys.argv[1:])"]
    environment = {**os.environ, "POWERTOOLS_LOG_LEVEL": "ERROR", **variables}
    done = subprocess.run([*command, *arguments], check=True, stdout=subprocess.PIPE, env=environment)
    told: dict[str, Any] = orjson.loads(done.stdout.splitlines()[-1])
    print(step, *arguments, told, file=sys.stderr, flush=True)
    return told


def run_module(module: str, *arguments: object) -> dict[str, float]:
    """Run a module in another process; return the measurements on the last line that it prints."""
    command = [sys.executable, "-m", module, *map(str, arguments)]
    done = subprocess.run(command, check=True, capture_output=True)
    told: dict[str, float] = orjson.loads(done.stdout.splitlines()[-1])
    return told


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """Return what work returns, and the seconds that it takes."""
    started = time.perf_counter()
    return work(), time.perf_counter() - started


def tell(told: dict[str, Any], seconds: float) -> None:
    """Print measurements for the waiting process, with the CPU seconds and the megabytes that this one has used."""
    used = {"seconds": seconds, "cpu": time.process_time(), "peak": peak_megabytes()}
    print(orjson.dumps({**told, **used}).decode())
