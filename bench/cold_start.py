"""Import and first request of each request-path function, against a bare Powertools resolver with one boto3 client.

Every run is a fresh interpreter; AWS is a stub on loopback that answers at once, the same for all.
"""

import base64
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from bench.identities import CALLER, BenchIdentity
from bench.measure import Row, medians, milliseconds
from infra.resources import RESOURCES
from shared.auth.key_store import KEYS_TABLE

MOST = 1.5
CASES = ("metrics", "ingest, batch status", "ingest, batch of one record")
_IDENTITY = BenchIdentity()
_EMPTY: dict[str, Any] = {"Items": [], "Count": 0, "ScannedCount": 0}
_TOLD: dict[str, dict[str, Any]] = {
    "UpdateItem": {"Attributes": {"used": {"N": "1"}}},
    "StartQueryExecution": {"QueryExecutionId": "cold"},
    "GetQueryExecution": {"QueryExecution": {"QueryExecutionId": "cold", "Status": {"State": "SUCCEEDED"}}},
    "GetQueryResults": {"ResultSet": {"Rows": [], "ResultSetMetadata": {"ColumnInfo": []}}},
}


class _Stub(BaseHTTPRequestHandler):
    """Answers any AWS call with the emptiest answer that boto3 takes."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one packet: in two, the second would wait for the first to be acknowledged

    def _answer(self) -> None:
        asked = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        target = self.headers.get("X-Amz-Target", "").split(".")[-1]
        body = json.dumps(_answer_to(target, asked)).encode() if target else b""  # S3 names no target
        self.send_response(200)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("ETag", '"cold"')
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def handle_expect_100(self) -> bool:
        """Say at once that the body may come."""
        going_on = super().handle_expect_100()
        self.wfile.flush()
        return going_on

    do_POST = do_PUT = do_GET = _answer  # noqa: N815 # the server's names

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _answer_to(target: str, asked: bytes) -> dict[str, Any]:
    if target == "GetPublicKey":
        return {"PublicKey": base64.b64encode(_IDENTITY.kms.public).decode()}
    if target == "GetItem" and json.loads(asked)["TableName"] == f"tally-{KEYS_TABLE.label}":
        return {"Item": {"key_id": {"S": CALLER.key_id}}}
    return _EMPTY if target in {"Query", "Scan"} else _TOLD.get(target, {})


@contextmanager
def _aws() -> Iterator[dict[str, str]]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Stub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    names = {resource.variable: f"tally-{resource.label}" for resource in RESOURCES}
    credentials = {"AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": "bench", "AWS_DEFAULT_REGION": "us-east-1"}
    credentials["BENCH_TOKEN"] = _IDENTITY.token
    yield {**os.environ, **names, **credentials, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.server_port}"}
    server.shutdown()
    server.server_close()


def measure() -> list[Row]:
    """Time fresh interpreters, each from start to first answer, less what an empty interpreter takes."""
    with _aws() as environment:
        works = {name: partial(_run, name, environment) for name in ("nothing", "bare", *CASES)}
        taken = medians(works, runs=7)
    bare = taken["bare"] - taken["nothing"]
    return [_row(name, taken[name] - taken["nothing"], bare) for name in CASES]


def _run(case: str, environment: dict[str, str]) -> None:
    subprocess.run(
        [sys.executable, "-m", "bench.cold_start_once", case], check=True, env=environment, stdout=subprocess.DEVNULL
    )


def _row(name: str, ours: float, bare: float) -> Row:
    return Row(
        name=f"cold start: {name}",
        ours=milliseconds(ours),
        against="bare Powertools resolver + boto3",
        theirs=milliseconds(bare),
        ratio=ours / bare,
        aim=f"at most {MOST:g} x",
        met=ours / bare <= MOST,
    )
