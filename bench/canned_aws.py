"""An AWS that answers at once without a wire, and a clock that stands still while it is asked."""

import io
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import boto3
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.session import get_session

from tests.moto_platform import REGION

Answers = Mapping[str, Mapping[str, Any]]
"""What each operation is answered, whatever was asked."""


class OwnTime:
    """A clock of our own code: while botocore is at work, from a call's first hook to its last, it stands still."""

    def __init__(self) -> None:
        self._elsewhere = 0.0
        self._left_at = 0.0

    def __call__(self) -> float:
        """Seconds, those of AWS calls left out."""
        return time.perf_counter() - self._elsewhere

    def leave(self, **_: object) -> None:
        """Stand still: a call begins."""
        self._left_at = time.perf_counter()

    def come_back(self, **_: object) -> None:
        """Go on: the call has been answered."""
        self._elsewhere += time.perf_counter() - self._left_at


@contextmanager
def canned_aws(answers: Answers) -> Iterator[OwnTime]:
    """Let every client made inside be answered from a table, and tell the time outside of its calls."""
    clock, before = OwnTime(), boto3.DEFAULT_SESSION

    def answer(*, request: AWSPreparedRequest, event_name: str, **_: object) -> AWSResponse:
        return _json(request.url, answers[event_name.rpartition(".")[2]])

    session = get_session()
    session.register("provide-client-params", clock.leave)
    session.register("before-send", answer)  # type: ignore[arg-type] # of this hook the answer counts
    session.register("after-call", clock.come_back)
    session.set_credentials("bench", "bench")
    boto3.setup_default_session(botocore_session=session, region_name=REGION)
    try:
        yield clock
    finally:
        boto3.DEFAULT_SESSION = before


def _json(url: str, answer: Mapping[str, Any]) -> AWSResponse:
    body = json.dumps(answer).encode()
    headers = HTTPHeaders.from_dict({"Content-Type": "application/x-amz-json-1.0", "Content-Length": str(len(body))})
    return AWSResponse(url, 200, headers, _Body(body))


class _Body(io.BytesIO):
    """A body as botocore takes it off the wire."""

    def stream(self) -> Iterator[bytes]:
        """Give all of it at once."""
        yield self.read()
