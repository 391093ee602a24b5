"""Verifies that requests to AWS APIs are signed with the platform's own credentials (Signature Version 4).

In its default mode MiniStack accepts any key; its own primitives recompute the signature here, so that the key id
alone, for example from a presigned URL, is not enough to sign.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import parse_qs

from ministack.core import sigv4  # type: ignore[import-untyped] # it ships no types

from infra.local.guard.browser import RequestHead

_ALGORITHM = "AWS4-HMAC-SHA256"
_STREAM_OF_SIGNED_CHUNKS = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
_MOST_SECONDS = 7 * 24 * 3600
_HOW = 'run `eval "$(./tally credentials)"` to use them'

_Query: TypeAlias = Mapping[str, list[str]]


@dataclass(frozen=True, slots=True)
class SignatureFault:
    """An error code of AWS and a sentence."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """A request that claims to be signed."""

    head: RequestHead
    query: _Query
    signature: sigv4.HeaderSignature
    presigned: bool

    @property
    def needs_body(self) -> bool:
        """Whether the signature covers the body's content, not only a hash of it that a header states."""
        stated = self.head.header("x-amz-content-sha256")
        unsigned = self.presigned and self.signature.service == "s3"
        return not unsigned and (stated is None or stated.startswith(_STREAM_OF_SIGNED_CHUNKS))

    @property
    def access_key_id(self) -> str:
        """The key whose secret the request claims to be signed with."""
        key_id: str = self.signature.access_key_id
        return key_id

    def fault(self, secret: str | None, body: bytes, now: dt.datetime) -> SignatureFault | None:
        """Return why the signature is refused, None for one made with the key's secret, for this request, for now."""
        if secret is None:
            return SignatureFault("InvalidClientTokenId", f"Only this installation's credentials are accepted; {_HOW}.")
        untimely = (
            self._expiry_fault(now) if self.presigned else _refusal(sigv4.request_time_failure(self.signature, now=now))
        )
        return untimely or _refusal(self._mismatch(secret, body))

    def _mismatch(self, secret: str, body: bytes) -> tuple[str, str] | None:
        headers = {name: ", ".join(values) for name, values in self.head.headers.items()}
        failure: tuple[str, str] | None = sigv4.header_signature_failure(
            self.signature,
            secret,
            self.head.method,
            self.head.path,
            self.query,
            headers,
            body,
            presigned=self.presigned,
        )
        return failure

    def _expiry_fault(self, now: dt.datetime) -> SignatureFault | None:
        seconds = self.query.get("X-Amz-Expires", [""])[0]
        try:
            lasts = seconds.isascii() and seconds.isdigit() and 0 < int(seconds) <= _MOST_SECONDS
            expired = not lasts or sigv4.presigned_request_is_expired(self.signature.amz_date, seconds, now=now)
        except ValueError:
            expired = True
        return (
            SignatureFault("RequestExpired", "The presigned address has expired: ask for another one.")
            if expired
            else None
        )


def parse_signature(head: RequestHead, query_string: str) -> SignedRequest | SignatureFault:
    """Read the signature of a request from its `Authorization` header or, presigned, from its query string."""
    query = parse_qs(query_string, keep_blank_values=True)
    authorization = head.header("authorization") or ""
    presigned = not authorization and "X-Amz-Signature" in query
    if authorization.startswith(f"{_ALGORITHM} "):
        found = sigv4.parse_header_signature({name: ", ".join(each) for name, each in head.headers.items()})
    elif presigned and query.get("X-Amz-Algorithm") == [_ALGORITHM]:
        found = sigv4.parse_query_signature(query)
    else:
        return SignatureFault(
            "MissingAuthenticationToken", f"Sign requests with this installation's credentials; {_HOW}."
        )
    return SignatureFault(*found) if isinstance(found, tuple) else SignedRequest(head, query, found, presigned)


def _refusal(failure: tuple[str, str] | None) -> SignatureFault | None:
    return None if failure is None else SignatureFault(*failure)
