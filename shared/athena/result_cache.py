"""Caches query results; a key contains everything that a result depends on, so a hit is never stale."""

import hashlib
import zlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

import orjson
from botocore.exceptions import BotoCoreError, ClientError
from pydantic import ValidationError

from shared.athena.cached_results import ComputationClaim, Results
from shared.athena.sql import Statement
from shared.runtime.deadline import Timeout
from shared.runtime.errors import Unavailable
from shared.runtime.etags import set_state
from shared.runtime.observability import count, logger
from shared.runtime.resources import Table, Write

if TYPE_CHECKING:
    from pydantic import TypeAdapter
    from types_boto3_dynamodb import DynamoDBClient

    from shared.runtime.models import Clock

RESULT_CACHE_TABLE = Table(
    "result_cache",
    writes=Write.PUT | Write.UPDATE | Write.DELETE,
    partition_key="cache_key",
    expires_by="expires_at",
)

_UNREACHABLE = (BotoCoreError, ClientError)
_RETRY_SECONDS = 2
# The longest time of a query: a claim expires after it, and so do waits for the result.
_PATIENCE = Timeout(seconds=20, first_wait=0.02)

T = TypeVar("T")
U = TypeVar("U")


def cache_key(statement: Statement, changes: Sequence[int | str] = ()) -> str:
    """Return the cache key of a statement, the last changes of its tables, and whatever else distinguishes its results.

    Equal queries have equal statements.
    """
    parts = [statement.text, list(statement.values), list(changes)]
    return hashlib.sha256(orjson.dumps(parts)).hexdigest()


class ResultCache:
    """Caches results by key; concurrent misses are coalesced."""

    def __init__(
        self, dynamodb: "DynamoDBClient", table: str, *, clock: "Clock", patience: Timeout = _PATIENCE
    ) -> None:
        self._results = Results(dynamodb, table, clock)
        self._patience = patience

    def get_or_compute(
        self,
        key: str | None,
        form: "TypeAdapter[T]",
        compute: Callable[[], T],
        beside: Sequence[object] | None = None,
    ) -> tuple[T, bool]:
        """Return the result of a key and whether it was cached; without the cache it is computed.

        Concurrent callers wait for the first one. Errors are not cached.

        Args:
            key: identifies everything that the result depends on; None if that is unknown, and it is not cached.
            form: how the result is serialized.
            compute: computes the result.
            beside: what the response depends on besides the result and the request's address. If given, it is part of
                the ETag with the result's key, and nothing is computed for a client that has the response.

        Raises:
            Unavailable: another computation of the same result takes too long.
            NotModified: the client has this response.
        """
        if key is None:
            return compute(), False
        if beside is not None:
            set_state(key, *beside)
        turn = self._wait_or_claim(key, form)
        if isinstance(turn, ComputationClaim):
            return self._compute(turn, form, compute), False
        return (compute(), False) if turn is None else turn

    def _wait_or_claim(self, key: str, form: "TypeAdapter[T]") -> tuple[T, bool] | ComputationClaim | None:
        """Wait for the result, or for the claim to compute it; None where everybody computes for themselves."""
        try:
            for poll, _ in enumerate(self._patience.poll()):
                found = self._results.get(key, surely=poll > 0)
                if found is not None:
                    return None if found.packed is None else _read(form, found.packed)
                claim = self._results.claim(key, self._patience.remaining)
                if claim is not None:
                    return claim
        except _UNREACHABLE as error:
            _note(error)
            return None
        raise Unavailable("Another request is computing the same result; retry later", retry_after=_RETRY_SECONDS)

    def _compute(self, claim: ComputationClaim, form: "TypeAdapter[T]", compute: Callable[[], T]) -> T:
        kept = False
        try:
            result = compute()
            kept = self._keep(claim, form.dump_json(result))
        finally:
            if not kept:
                _if_reachable(lambda: self._results.give_up(claim))
        return result

    def _keep(self, claim: ComputationClaim, body: bytes) -> bool:
        try:
            self._results.put(claim.key, body)
        except _UNREACHABLE as error:
            _note(error)
            return False
        return True


def _read(form: "TypeAdapter[T]", packed: bytes) -> tuple[T, bool] | None:
    try:
        return form.validate_json(zlib.decompress(packed)), True
    except (ValidationError, zlib.error) as error:
        logger().error("a cached result cannot be read", exc_info=error)
        count("ResultCacheUnreadable")
        return None


def _if_reachable(step: Callable[[], U]) -> U | None:
    try:
        return step()
    except _UNREACHABLE as error:
        _note(error)
        return None


def _note(error: Exception) -> None:
    logger().warning("result cache unavailable", exc_info=error)
    count("ResultCacheUnreachable")
