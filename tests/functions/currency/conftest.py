"""A lake in moto with Athena on DuckDB over it, and no reference rates at first."""

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

import boto3
import pytest
from moto import mock_aws

from shared.athena.client import Athena
from shared.athena.result_file import ResultFiles
from tests.functions.metrics.lake import DATABASE, TestLake, lake_with_athena
from tests.moto_platform import CREDENTIALS

if TYPE_CHECKING:
    from pathlib import Path

Rates = Sequence[tuple[str, str, str, str]]
Quote = Callable[[Rates], None]


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestLake]:
    """A lake with nothing in it."""
    directory: Path = tmp_path_factory.mktemp("athena")
    with pytest.MonkeyPatch.context() as environment:
        for name, value in CREDENTIALS.items():
            environment.setenv(name, value)
        with mock_aws(), lake_with_athena(directory) as (lake, athena):
            environment.setenv("AWS_ENDPOINT_URL_ATHENA", athena)
            yield lake


@pytest.fixture
def athena(lake: TestLake) -> Athena:  # noqa: ARG001 # its endpoint is known once the lake is there
    files = ResultFiles(boto3.client("s3"))
    return Athena(client=boto3.client("athena"), files=files, work_group="tally-local", database=DATABASE)


@pytest.fixture
def quote(lake: TestLake) -> Iterator[Quote]:
    """Hold these rates and no others: currency, first day, first day after, rate."""

    def hold(rates: Rates) -> None:
        lake.know_rates(
            [
                {"currency": currency, "valid_from": first, "valid_before": after, "rate": Decimal(rate)}
                for currency, first, after, rate in rates
            ]
        )

    yield hold

    hold([])
