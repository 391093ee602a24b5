"""Results are remembered under keys of what they depend on."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from pydantic import TypeAdapter

from shared.athena.cached_results import KEPT_FOR
from shared.athena.result_cache import RESULT_CACHE_TABLE, ResultCache, cache_key
from shared.athena.sql import Statement
from shared.runtime.settings import Settings

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

NOW = datetime(2026, 1, 1, tzinfo=UTC)
TEXTS: TypeAdapter[Sequence[str]] = TypeAdapter(Sequence[str])
STATEMENT = Statement("SELECT 1 WHERE x = ?", ("EU",))
KEY = cache_key(STATEMENT, [7, 3])


@dataclass
class Counted:
    """A computation that counts how often it was needed."""

    result: Sequence[str] = ("a", "b")
    times: int = field(default=0)

    def __call__(self) -> Sequence[str]:
        self.times += 1
        return self.result


@pytest.fixture
def dynamodb(aws: Settings) -> "DynamoDBClient":  # noqa: ARG001 # moto must be there first
    return boto3.client("dynamodb")


@pytest.fixture
def cache(aws: Settings, dynamodb: "DynamoDBClient") -> ResultCache:
    return ResultCache(dynamodb, aws.name_of(RESULT_CACHE_TABLE), clock=lambda: NOW)


def items(settings: Settings) -> list[dict[str, Any]]:
    return boto3.client("dynamodb").scan(TableName=settings.name_of(RESULT_CACHE_TABLE))["Items"]


def test_a_repeated_query_is_a_cache_hit(cache: ResultCache) -> None:
    compute = Counted()

    first = cache.get_or_compute(KEY, TEXTS, compute)
    second = cache.get_or_compute(KEY, TEXTS, compute)

    assert (list(first[0]), first[1]) == (["a", "b"], False)
    assert (list(second[0]), second[1]) == (["a", "b"], True)
    assert compute.times == 1


@pytest.mark.parametrize(
    "other",
    [
        Statement("SELECT 1 WHERE x = ?", ("US",)),
        Statement("SELECT  1 WHERE x = ?", ("EU",)),
        Statement("SELECT 1 WHERE x IN (?, ?)", ("E", "U")),
    ],
)
def test_another_statement_is_another_result(cache: ResultCache, other: Statement) -> None:
    cache.get_or_compute(KEY, TEXTS, Counted())

    assert cache.get_or_compute(cache_key(other, [7, 3]), TEXTS, Counted())[1] is False


@pytest.mark.parametrize("changes", [[], [7], [7, 4], [3, 7]])
def test_another_last_change_of_a_table_is_another_result(cache: ResultCache, changes: list[int]) -> None:
    cache.get_or_compute(KEY, TEXTS, Counted())

    assert cache.get_or_compute(cache_key(STATEMENT, changes), TEXTS, Counted())[1] is False


def test_a_result_without_a_key_is_not_cached(cache: ResultCache, aws: Settings) -> None:
    compute = Counted()

    for _ in range(2):
        result, hit = cache.get_or_compute(None, TEXTS, compute)
        assert (list(result), hit) == (["a", "b"], False)

    assert compute.times == 2
    assert items(aws) == []


def test_cached_results_expire_after_a_day(cache: ResultCache, aws: Settings) -> None:
    cache.get_or_compute(KEY, TEXTS, Counted())

    [item] = items(aws)
    assert int(item["expires_at"]["N"]) == (NOW + timedelta(days=1)).timestamp()
    assert timedelta(days=1) == KEPT_FOR


def test_a_result_too_large_for_an_item_is_served_uncached(cache: ResultCache, aws: Settings) -> None:
    noise = secrets.token_hex(1_000_000)

    result, hit = cache.get_or_compute(KEY, TEXTS, Counted([noise]))

    assert (result, hit) == ([noise], False)
    assert ["body" in item for item in items(aws)] == [False]


def test_no_caller_waits_for_an_uncacheable_result(cache: ResultCache) -> None:
    noise = secrets.token_hex(1_000_000)

    def twice_at_once() -> Sequence[str]:
        cache.get_or_compute(KEY, TEXTS, Counted([noise]))
        return [noise]

    cache.get_or_compute(KEY, TEXTS, Counted([noise]))

    assert cache.get_or_compute(KEY, TEXTS, twice_at_once) == ([noise], False)


def test_a_large_compressible_result_is_cached(cache: ResultCache) -> None:
    cache.get_or_compute(KEY, TEXTS, Counted(["2025-01-01T00:00:00Z"] * 100_000))

    assert cache.get_or_compute(KEY, TEXTS, Counted())[1] is True


def test_an_unavailable_cache_costs_only_time(cache: ResultCache, aws: Settings, dynamodb: "DynamoDBClient") -> None:
    dynamodb.delete_table(TableName=aws.name_of(RESULT_CACHE_TABLE))

    result, hit = cache.get_or_compute(KEY, TEXTS, Counted())

    assert (list(result), hit) == (["a", "b"], False)


def test_a_computation_error_is_not_treated_as_a_cache_error(cache: ResultCache) -> None:
    def fail() -> Sequence[str]:
        raise LookupError("no such table")

    with pytest.raises(LookupError):
        cache.get_or_compute(KEY, TEXTS, fail)
