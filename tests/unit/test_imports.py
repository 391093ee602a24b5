"""Imports have no effects: no socket, client or setting is used, and slow modules are not loaded."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from functions.manifest import HTTP_FUNCTIONS

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("pyarrow.parquet", "pandas", "awswrangler", "duckdb", "aws_cdk", "moto", "numpy", "scipy")


def _modules() -> list[str]:
    files = sorted(path for part in ("shared", "functions") for path in (ROOT / part).rglob("*.py"))
    names = (".".join(path.relative_to(ROOT).with_suffix("").parts) for path in files)
    return [name.removesuffix(".__init__") for name in names]


_IMPORT_ALL = """
import importlib, json, os, sys

asked = []


class Watched(dict):
    def __getitem__(self, name):
        asked.append(name)
        return super().__getitem__(name)

    def get(self, name, default=None):
        asked.append(name)
        return super().get(name, default)


def forbid(event, arguments):
    if event in {"socket.connect", "socket.bind", "subprocess.Popen", "socket.getaddrinfo"}:
        raise RuntimeError(f"{event} {arguments} at import")


import botocore.session


def refuse(self, *arguments, **named):
    raise RuntimeError(f"a client of {arguments} at import")

botocore.session.Session.create_client = refuse
sys.addaudithook(forbid)
original = os.environ
os.environ = Watched(original)
for name in json.loads(sys.argv[1]):
    importlib.import_module(name)
print(json.dumps([name for name in asked if name.startswith(("TALLY_", "AWS_ENDPOINT"))]))
"""


def _run(code: str, *arguments: str) -> str:
    """Run in a fresh interpreter with an empty environment."""
    ran = subprocess.run(  # noqa: S603 # our own interpreter and words
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={},
        cwd=ROOT,
        timeout=60,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.splitlines()[-1]


def test_every_module_is_imported_without_environment_sockets_or_clients() -> None:
    assert json.loads(_run(_IMPORT_ALL, json.dumps(_modules()))) == []


_LOADED = """
import importlib, json, sys
importlib.import_module(sys.argv[1])
print(json.dumps(sorted(sys.modules)))
"""


@pytest.mark.parametrize("name", [function.name for function in HTTP_FUNCTIONS])
def test_a_function_on_the_request_path_starts_without_what_is_slow_to_load(name: str) -> None:
    loaded = set(json.loads(_run(_LOADED, f"functions.{name}.handler")))

    assert "aws_lambda_powertools" in loaded
    assert not loaded & set(HEAVY)
