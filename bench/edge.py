"""What the edge takes of a request, AWS calls left out: token, scope, limit, validation, envelope and log.

The same routes without it, in a plain Powertools resolver, are the peer; to check one ES256 signature is the floor.
"""

import base64
import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from pathlib import Path
from statistics import median
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayRestResolver
from aws_lambda_powertools.event_handler.api_gateway import Router
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from bench.canned_aws import Answers, OwnTime, canned_aws
from bench.identities import CALLER, BenchIdentity
from bench.measure import Row, Work, medians, milliseconds
from bench.own_platform import own_platform
from bench.sales import sale_lines
from functions.ingest.handler import app, handler
from functions.ingest.routes import submit_record
from functions.ingest.source_routes import list_sources
from infra.resources import RESOURCES
from shared.app.http import BASE_PATH
from shared.app.wiring import Wiring, wiring
from shared.runtime.models import now, sortable
from shared.runtime.settings import Settings
from tests.events.api_gateway import context, rest_event

MOST = 0.002
REQUESTS = 100
SOURCES, STREAM = "/ingest/sources", "/ingest/stream"
_HALF_SIGNATURE = 32
Resolve = Callable[[dict[str, Any], Any], dict[str, Any]]


def measure() -> list[Row]:
    """Hold two routes against themselves without the edge, and the edge against its floor and a warm request."""
    own = _own_code()
    rows = []
    for name, path in ((f"GET {SOURCES}", SOURCES), (f"POST {STREAM}", STREAM)):
        plain = own[f"plain {path}"]
        rows += [
            _row(f"{name}, own code", own[path], ("plain Powertools resolver, same route", plain), most=MOST),
            _row("of that, the edge", own[path] - plain, ("one ES256 signature checked", own["floor"])),
        ]
    warm = (f"GET {SOURCES}, warm, over the front door", _warm_request())
    return [*rows, _row("the edge's own code, of a request", own[SOURCES] - own[f"plain {SOURCES}"], warm)]


def _own_code() -> dict[str, float]:
    """Seconds of each contender for one request, whatever AWS calls took."""
    identity = BenchIdentity()
    with _unheard(), canned_aws(_answers(identity)) as clock:
        wired = Wiring(Settings(names={resource.variable: f"bench-{resource.label}" for resource in RESOURCES}))
        app.dependency_overrides[wiring] = lambda: wired
        plain = _plain(wired)
        works: dict[str, Work] = {"floor": _signature_check(identity)}
        for path, event in _requests(identity.token).items():
            works[path] = partial(_answer, handler, event)
            works[f"plain {path}"] = partial(_answer, plain.resolve, event)
        own = {name: _Timed(work, clock) for name, work in works.items()}
        medians(own, runs=11)  # its own times have AWS calls in them
        app.dependency_overrides.clear()
    return {name: timed.median for name, timed in own.items()}


@dataclass
class _Timed:
    """So many requests in a row, timed by a clock of one's own."""

    work: Work
    clock: OwnTime
    taken: list[float] = field(default_factory=list)

    def __call__(self) -> None:
        started = self.clock()
        for _ in range(REQUESTS):
            self.work()
        self.taken.append((self.clock() - started) / REQUESTS)

    @property
    def median(self) -> float:
        """Seconds of one request, the warm-up left out."""
        return median(self.taken[1:])


@contextmanager
def _unheard() -> Iterator[None]:
    """Have the log written, as that of a function is, to where nobody reads it."""
    silence, heard, out = logging.root.manager.disable, os.dup(sys.stdout.fileno()), sys.stdout.fileno()
    logging.disable(logging.NOTSET)
    with Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), out)
    try:
        yield
    finally:
        sys.stdout.flush()
        os.dup2(heard, out)
        os.close(heard)
        logging.disable(silence)


def _answers(identity: BenchIdentity) -> Answers:
    received = {"received": {"N": "144"}, "loaded": {"N": "144"}, "kind": {"S": "batch"}}
    facet = {"facet": {"S": "type#products"}, "last_ingestion": {"S": sortable(now())}, **received}
    sources = [{"source_id": {"S": f"shop-{number:02d}"}, **facet} for number in range(10)]
    return {
        "GetPublicKey": {"PublicKey": base64.b64encode(identity.kms.public).decode()},
        "GetItem": {"Item": {"key_id": {"S": CALLER.key_id}}},
        "UpdateItem": {"Attributes": {"used": {"N": "1"}}},
        "Scan": {"Items": sources, "Count": len(sources), "ScannedCount": len(sources)},
        "PutRecord": {"ShardId": "shardId-000000000000", "SequenceNumber": "1"},
    }


def _plain(wired: Wiring) -> APIGatewayRestResolver:
    """The same routes behind nothing."""
    router = Router()
    router.get(SOURCES)(list_sources)
    router.post(STREAM, status_code=HTTPStatus.ACCEPTED)(submit_record)
    plain = APIGatewayRestResolver(enable_validation=True)
    plain.include_router(router, prefix=BASE_PATH)
    plain.dependency_overrides[wiring] = lambda: wired
    return plain


def _requests(token: str) -> dict[str, dict[str, Any]]:
    (line,) = sale_lines(1)
    record = {"source_id": "bench-till", "data_type": "transactions", "timestamp": line["timestamp"], "data": line}
    return {
        SOURCES: rest_event("GET", f"{BASE_PATH}{SOURCES}", query={"page": ["0"], "size": ["20"]}, token=token),
        STREAM: rest_event("POST", f"{BASE_PATH}{STREAM}", body=record, token=token),
    }


def _answer(resolve: Resolve, event: dict[str, Any]) -> None:
    answer = resolve(event, context())
    if answer["statusCode"] not in {HTTPStatus.OK, HTTPStatus.ACCEPTED}:
        raise RuntimeError(answer["body"])


def _signature_check(identity: BenchIdentity) -> Work:
    public, token = identity.kms.private.public_key(), identity.token

    def check() -> None:
        signed, _, signature = token.rpartition(".")
        halves = base64.urlsafe_b64decode(signature + "==")
        r, s = (int.from_bytes(half) for half in (halves[:_HALF_SIGNATURE], halves[_HALF_SIGNATURE:]))
        public.verify(encode_dss_signature(r, s), signed.encode(), ECDSA(SHA256()))

    return check


def _warm_request() -> float:
    """Seconds of a request to a platform of its own, once its function is warm."""
    with own_platform() as (_, client):
        return medians({"warm": lambda: client.get(SOURCES).raise_for_status()}, runs=REQUESTS)["warm"]


def _row(name: str, ours: float, against: tuple[str, float], *, most: float | None = None) -> Row:
    return Row(
        name=name,
        ours=_microseconds(ours),
        against=against[0],
        theirs=_microseconds(against[1]),
        ratio=ours / against[1],
        aim="-" if most is None else f"at most {milliseconds(most)}",
        met=None if most is None else ours <= most,
    )


def _microseconds(seconds: float) -> str:
    return f"{seconds * 1e6:,.0f} µs"
