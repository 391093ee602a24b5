"""Transient AWS errors are distinguished from permanent ones."""

import socket
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    NoCredentialsError,
    ParamValidationError,
    ReadTimeoutError,
    ResponseStreamingError,
)

from shared.runtime.aws_errors import as_unavailable
from tests.fakes.moto_platforms import MotoPlatforms
from tests.fakes.outages import refusal


def _broken_off(reason: str) -> ClientError:
    answer: Any = {"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": [{"Code": reason}]}
    return ClientError(answer, "TransactWriteItems")


PASSING = {
    "no connection in time": ConnectTimeoutError(endpoint_url="https://kms.example"),
    "no answer in time": ReadTimeoutError(endpoint_url="https://kms.example"),
    "the answer breaks off": ResponseStreamingError(error="broken"),
    "DynamoDB fails": refusal("InternalServerError", 500),
    "S3 answers nothing that can be read": refusal("503", 503),
    "KMS waits for another service": refusal("DependencyTimeoutException", 503),
    "KMS throttles": refusal("ThrottlingException"),
    "DynamoDB throttles": refusal("ProvisionedThroughputExceededException"),
    "S3 throttles": refusal("SlowDown", 503),
    "a transaction is throttled": _broken_off("ThrottlingError"),
}

LASTING = {
    "a wrong parameter": refusal("ValidationException"),
    "no permission": refusal("AccessDeniedException"),
    "no permission in S3": refusal("AccessDenied", 403),
    "no such table": refusal("ResourceNotFoundException"),
    "no such key": refusal("NotFoundException"),
    "a disabled key": refusal("DisabledException", 409),
    "an operation that is not there": refusal("NotImplemented", 501),
    "a condition that does not hold": refusal("ConditionalCheckFailedException"),
    "a transaction whose condition does not hold": _broken_off("ConditionalCheckFailed"),
    "a call that is never sent": ParamValidationError(report="Missing required parameter"),
    "no credentials": NoCredentialsError(),
    "a mistake in our code": KeyError("Item"),
    "a connection of our own": ConnectionError("S3 did not delete"),
}


def test_an_unreachable_endpoint_is_unavailable(platforms: MotoPlatforms) -> None:
    assert platforms
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        once = Config(retries={"total_max_attempts": 1}, connect_timeout=1)
        kms = boto3.client("kms", endpoint_url=f"http://127.0.0.1:{deaf.getsockname()[1]}", config=once)

        with pytest.raises(BotoCoreError) as failed:
            kms.get_public_key(KeyId="any")

    assert as_unavailable(failed.value) is not None


@pytest.mark.parametrize("case", PASSING)
def test_transient_errors_are_unavailable_and_retryable(case: str) -> None:
    told = as_unavailable(PASSING[case])

    assert told is not None
    assert (told.status, told.headers) == (503, {"Retry-After": "2"})


@pytest.mark.parametrize("case", PASSING)
def test_the_caller_sees_no_details(case: str) -> None:
    told = as_unavailable(PASSING[case])

    assert told is not None
    assert told.message == "A dependency is temporarily unavailable; retry later"
    assert told.details is None


@pytest.mark.parametrize("case", LASTING)
def test_permanent_errors_are_not_unavailable(case: str) -> None:
    assert as_unavailable(LASTING[case]) is None
