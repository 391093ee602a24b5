"""Results are computed once: a key names the statement and the versions of its tables, so a hit is never stale."""

import hashlib
import zlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

import orjson
from botocore.exceptions import BotoCoreError, ClientError
from pydantic import ValidationError

from shared.athena.cached_results import Claim, Results
from shared.athena.sql import Statement, literal
from shared.runtime.errors import Unavailable
from shared.runtime.etags import tell_state
from shared.runtime.observability import count, logger
from shared.runtime.patience import Patience
from shared.runtime.resources import Table

if TYPE_CHECKING:
    from pydantic import TypeAdapter
    from types_boto3_dynamodb import DynamoDBClient

    from shared.lake.catalog.versions import TableVersions
    from shared.runtime.models import Clock

RESULT_CACHE_TABLE = Table("result_cache", partition_key="cache_key", expires_by="expires_at")

_UNREACHABLE = (BotoCoreError, ClientError)
_COME_AGAIN_SECONDS = 2
# No longer than a query may take: whoever computes has the claim until then, and who waits for it no longer.
_PATIENCE = Patience(seconds=20, first_wait=0.02)

T = TypeVar("T")
U = TypeVar("U")


def cache_key(statement: Statement, versions: Sequence[int]) -> str:
    """Name what a statement says of tables at these versions; equal questions make equal statements."""
    told = [statement.text, [literal(value) for value in statement.values], list(versions)]
    return hashlib.sha256(orjson.dumps(told)).hexdigest()


class ResultCache:
    """Remembers results until a merge changes a table they were read from, and has each computed by one at a time."""

    def __init__(
        self,
        dynamodb: "DynamoDBClient",
        table: str,
        *,
        versions: "TableVersions",
        clock: "Clock",
        patience: Patience = _PATIENCE,
    ) -> None:
        self._results = Results(dynamodb, table, clock)
        self._versions = versions
        self._patience = patience

    def recall(
        self,
        statement: Statement,
        tables: Sequence[str],
        form: "TypeAdapter[T]",
        compute: Callable[[], T],
        *,
        beside: Sequence[object] | None = None,
    ) -> tuple[T, bool]:
        """Return a statement's result and whether it was remembered; a cache out of reach costs only time.

        The versions are read before the result is computed: a merge in between makes the kept result newer than its
        key, never older. Who asks while another computes the same waits for that. An error is not remembered: the next
        one computes anew.

        Args:
            statement: what is asked of the lake.
            tables: what the result is read from, with all that it is computed with.
            form: how the result is written down.
            compute: computes it.
            beside: what the answer depends on beside the result and the request's own address. Given, the answer is
                tagged by that and the result's key, and nothing is computed for a caller who has it already.

        Raises:
            Unavailable: another has been computing the same for longer than anybody waits.
            NotModified: the caller has the answer that this would be.
        """
        key = _if_reachable(lambda: cache_key(statement, self._versions.of(tables)))
        if key is None:
            return compute(), False
        if beside is not None:
            tell_state(key, *beside)
        turn = self._turn(key, form)
        if isinstance(turn, Claim):
            return self._computed(turn, form, compute), False
        return (compute(), False) if turn is None else turn

    def _turn(self, key: str, form: "TypeAdapter[T]") -> tuple[T, bool] | Claim | None:
        """Wait for the result, or for the claim to compute it; None where everybody computes for themselves."""
        try:
            for poll, _ in enumerate(self._patience.polls()):
                found = self._results.get(key, surely=poll > 0)
                if found is not None:
                    return None if found.packed is None else _read(form, found.packed)
                claim = self._results.claim(key, self._patience.left)
                if claim is not None:
                    return claim
        except _UNREACHABLE as error:
            _note(error)
            return None
        raise Unavailable("Another request is computing the same result; retry later", retry_after=_COME_AGAIN_SECONDS)

    def _computed(self, claim: Claim, form: "TypeAdapter[T]", compute: Callable[[], T]) -> T:
        kept = False
        try:
            result = compute()
            kept = self._keep(claim, form.dump_json(result))
        finally:
            if not kept:
                _if_reachable(lambda: self._results.give_up(claim))
        return result

    def _keep(self, claim: Claim, body: bytes) -> bool:
        try:
            self._results.keep(claim.key, body)
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
