"""Executes a request once, with Powertools idempotency over DynamoDB; repetitions get the first response."""

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import orjson
from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer, IdempotencyConfig
from aws_lambda_powertools.utilities.idempotency.base import IdempotencyHandler
from aws_lambda_powertools.utilities.idempotency.exceptions import (
    IdempotencyAlreadyInProgressError,
    IdempotencyInconsistentStateError,
    IdempotencyPersistenceLayerError,
    IdempotencyValidationError,
)

from shared.runtime.dialects import with_current_request_id
from shared.runtime.errors import Conflict, Unavailable
from shared.runtime.observability import count, logger
from shared.runtime.resources import Table, Write

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext
    from types_boto3_dynamodb import DynamoDBClient

    from shared.idempotency.claim import Claim

IDEMPOTENCY_TABLE = Table(
    "idempotency", writes=Write.PUT | Write.UPDATE | Write.DELETE, partition_key="claim", expires_by="expires_at"
)

KEPT_FOR = timedelta(hours=24)
LARGEST_ANSWER = 300 * 1024
REPLAYED = "Idempotency-Replayed"
_WAITS = (0.05, 0.1, 0.2, 0.4, 0.8)
_FIRST_FAILURE = 400
Answer = dict[str, Any]


class _NotKept(Exception):
    """An answer that is given and forgotten, so that the same key may try again."""


class Idempotency:
    """Stores the responses of requests for a day."""

    def __init__(self, dynamodb: "DynamoDBClient", table: str, *, waits: Sequence[float] = _WAITS) -> None:
        self._waits = waits
        self._records = DynamoDBPersistenceLayer(
            table_name=table,
            key_attr="claim",
            expiry_attr="expires_at",
            boto3_client=dynamodb,
        )

    def once(self, claim: "Claim", context: "LambdaContext", act: Callable[[], Answer]) -> Answer:
        """Return the response of `act`, or the stored one of an earlier request with this key.

        Errors are not stored: they have no effect, and the same key may be used again.

        Raises:
            Conflict: the key was used with another body, or its first request is still in progress.
            Unavailable: the store is unreachable, so a repetition cannot be ruled out.
        """
        given: list[Answer] = []

        def effect() -> Answer:
            answer = act()
            given.append(answer)
            if not _is_kept(answer):
                raise _NotKept
            return answer

        try:
            answer = self._handle(claim, context, effect)
        except _NotKept:
            return given[0]
        except IdempotencyValidationError:
            raise Conflict("This Idempotency-Key was used with another body; use a new key") from None
        except IdempotencyPersistenceLayerError as error:
            logger().error("idempotency store unavailable", exc_info=error)
            count("IdempotencyUnreachable")
            if given:
                return given[0]
            raise Unavailable("The Idempotency-Key cannot be checked now; retry later", retry_after=1) from error
        return answer if given else _mark_replayed(answer)

    def _handle(self, claim: "Claim", context: "LambdaContext", effect: Callable[[], Answer]) -> Answer:
        for wait in (*self._waits, None):
            try:
                answer: Answer = self._handler(claim, context, effect).handle()
            except (IdempotencyAlreadyInProgressError, IdempotencyInconsistentStateError):
                if wait is None:
                    break
                time.sleep(wait)
            else:
                return answer
        raise Conflict("The first request with this Idempotency-Key is still in progress; retry later", retry_after=1)

    def _handler(self, claim: "Claim", context: "LambdaContext", effect: Callable[[], Answer]) -> IdempotencyHandler:
        config = IdempotencyConfig(
            event_key_jmespath="[subject, route, key]",
            payload_validation_jmespath="body",
            expires_after_seconds=int(KEPT_FOR.total_seconds()),
            hash_function="sha256",
            lambda_context=context,
        )
        return IdempotencyHandler(
            function=effect,
            function_payload=asdict(claim),
            config=config,
            persistence_store=self._records,
            key_prefix="claim",
            function_args=(),
            function_kwargs={},
        )


def _is_kept(answer: Answer) -> bool:
    if answer["statusCode"] >= _FIRST_FAILURE:
        return False
    if len(orjson.dumps(answer)) > LARGEST_ANSWER:
        logger().warning("a response is too large to be stored for replay")
        count("IdempotencyAnswerTooLarge")
        return False
    return True


def _mark_replayed(answer: Answer) -> Answer:
    headers = {**answer.get("multiValueHeaders", {}), REPLAYED: ["true"]}
    return {**answer, "body": with_current_request_id(answer["body"]), "multiValueHeaders": headers}
