"""A claim takes effect once, however often it is sent, and its first response is the response."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

import boto3
import pytest

from shared.app.wiring import Wiring
from shared.idempotency.claim import Claim, fingerprint
from shared.idempotency.store import IDEMPOTENCY_TABLE, KEPT_FOR, LARGEST_ANSWER, REPLAYED, Answer, Idempotency
from shared.runtime.errors import Conflict, Unavailable
from shared.runtime.models import now
from shared.runtime.settings import Settings
from tests.events.api_gateway import context
from tests.fakes.serialized_calls import atomic_dynamodb

CLAIM = Claim("ann", "POST /api/v1/dashboards", "k-1", fingerprint('{"name": "sales"}'))


@dataclass
class Route:
    """A route that creates something with every call that reaches it."""

    status: int = 201
    size: int = 0
    made: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def create(self) -> Answer:
        with self.lock:
            self.made += 1
            body = f'{{"id": {self.made}}}' + " " * self.size
            return {
                "statusCode": self.status,
                "body": body,
                "isBase64Encoded": False,
                "multiValueHeaders": {"Content-Type": ["application/json"]},
            }


@pytest.fixture
def idempotency(wired: Wiring) -> Idempotency:
    return wired.idempotency


@pytest.fixture
def impatient(aws: Settings) -> Idempotency:
    """One that does not wait for a first request to end."""
    return Idempotency(boto3.client("dynamodb"), aws.name_of(IDEMPOTENCY_TABLE), waits=())


def _said(answer: Answer) -> tuple[int, str]:
    return answer["statusCode"], answer["body"]


def test_the_same_key_and_body_have_one_response_and_one_effect(idempotency: Idempotency) -> None:
    route = Route()

    first = idempotency.once(CLAIM, context(), route.create)
    second = idempotency.once(CLAIM, context(), route.create)

    assert route.made == 1
    assert _said(first) == _said(second) == (201, '{"id": 1}')
    assert REPLAYED not in first["multiValueHeaders"]
    assert second["multiValueHeaders"] == {**first["multiValueHeaders"], REPLAYED: ["true"]}


def test_another_body_under_the_same_key_is_a_conflict_without_effect(idempotency: Idempotency) -> None:
    route = Route()
    idempotency.once(CLAIM, context(), route.create)

    with pytest.raises(Conflict, match="another body"):
        idempotency.once(replace(CLAIM, body=fingerprint("{}")), context(), route.create)

    assert route.made == 1


@pytest.mark.parametrize("other", [{"subject": "bob"}, {"route": "POST /api/v1/alerts/rules"}, {"key": "k-2"}])
def test_another_subject_route_or_key_is_another_claim(idempotency: Idempotency, other: dict[str, str]) -> None:
    route = Route()

    idempotency.once(CLAIM, context(), route.create)
    idempotency.once(replace(CLAIM, **other), context(), route.create)

    assert route.made == 2


def test_no_two_claims_can_be_spelled_alike(idempotency: Idempotency) -> None:
    route = Route()

    idempotency.once(Claim("a", "b c", "d", ""), context(), route.create)
    idempotency.once(Claim("a b", "c", "d", ""), context(), route.create)
    idempotency.once(Claim("a", "b", "c d", ""), context(), route.create)

    assert route.made == 3


def test_twenty_concurrent_requests_have_one_effect_and_response(aws: Settings) -> None:
    idempotency = Idempotency(atomic_dynamodb(), aws.name_of(IDEMPOTENCY_TABLE))
    route, start = Route(), threading.Barrier(20, timeout=30)

    def send(_: int) -> tuple[int, str]:
        start.wait()
        return _said(idempotency.once(CLAIM, context(), route.create))

    with ThreadPoolExecutor(20) as pool:
        answers = set(pool.map(send, range(20)))

    assert route.made == 1
    assert answers == {(201, '{"id": 1}')}


def test_a_repetition_during_a_slow_first_request_may_be_retried(
    idempotency: Idempotency, impatient: Idempotency
) -> None:
    refusals = []

    def slow() -> Answer:
        with pytest.raises(Conflict) as refused:
            impatient.once(CLAIM, context(), Route().create)
        refusals.append(refused.value.retry_after)
        return Route().create()

    assert idempotency.once(CLAIM, context(), slow)["statusCode"] == 201
    assert refusals == [1]


def test_the_claim_of_a_crashed_request_expires(impatient: Idempotency) -> None:
    class Dead(BaseException):
        """The process is gone."""

    def die() -> Answer:
        raise Dead

    route = Route()
    with pytest.raises(Dead):
        impatient.once(CLAIM, context(remaining_ms=-1), die)

    assert _said(impatient.once(CLAIM, context(), route.create)) == (201, '{"id": 1}')


@pytest.mark.parametrize("status", [400, 409, 422, 500, 503])
def test_a_refusal_is_not_stored_so_the_key_may_be_reused(idempotency: Idempotency, status: int) -> None:
    refused = idempotency.once(CLAIM, context(), Route(status=status).create)

    tried_again = idempotency.once(replace(CLAIM, body=fingerprint("{}")), context(), Route().create)

    assert (refused["statusCode"], tried_again["statusCode"]) == (status, 201)


def test_an_exception_propagates_and_is_not_stored(idempotency: Idempotency) -> None:
    def fail() -> Answer:
        raise KeyError("d-1")

    with pytest.raises(KeyError):
        idempotency.once(CLAIM, context(), fail)

    assert idempotency.once(CLAIM, context(), Route().create)["statusCode"] == 201


def test_a_response_too_large_to_store_is_returned(idempotency: Idempotency) -> None:
    assert idempotency.once(CLAIM, context(), Route(size=LARGEST_ANSWER).create)["statusCode"] == 201


def test_a_response_is_stored_for_a_day(idempotency: Idempotency, aws: Settings) -> None:
    sent = int(now().timestamp())
    dynamodb: Any = boto3.client("dynamodb")
    route, table = Route(), aws.name_of(IDEMPOTENCY_TABLE)
    idempotency.once(CLAIM, context(), route.create)

    (item,) = dynamodb.scan(TableName=table)["Items"]
    kept_for = int(item["expires_at"]["N"]) - sent
    dynamodb.put_item(TableName=table, Item={**item, "expires_at": {"N": str(sent - 1)}})
    idempotency.once(CLAIM, context(), route.create)

    assert CLAIM.key not in str(item)
    assert route.made == 2
    assert KEPT_FOR.total_seconds() <= kept_for < KEPT_FOR.total_seconds() + 60


def test_without_the_table_there_is_no_effect(idempotency: Idempotency, aws: Settings) -> None:
    boto3.client("dynamodb").delete_table(TableName=aws.name_of(IDEMPOTENCY_TABLE))
    route = Route()

    with pytest.raises(Unavailable):
        idempotency.once(CLAIM, context(), route.create)

    assert route.made == 0


def test_an_effect_whose_response_was_not_stored_is_answered(idempotency: Idempotency, aws: Settings) -> None:
    route = Route()

    def create_and_lose_the_table() -> Answer:
        boto3.client("dynamodb").delete_table(TableName=aws.name_of(IDEMPOTENCY_TABLE))
        return route.create()

    assert idempotency.once(CLAIM, context(), create_and_lose_the_table)["statusCode"] == 201
    assert route.made == 1
