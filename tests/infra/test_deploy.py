"""The command that deploys: it bootstraps where CDK has not been used, and asks AWS who calls before it builds."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from infra.aws.deploy import NoTarget, Target, commands, is_bootstrapped

TARGET = Target(account="123456789012", region="eu-central-1")
FILE = Path("stages.toml")
TOOLKIT = "/cdk-bootstrap/hnb659fds/version"


@pytest.fixture
def ssm(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv("AWS_REGION", TARGET.region)
    monkeypatch.setenv("AWS_DEFAULT_REGION", TARGET.region)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    with mock_aws():
        yield boto3.client("ssm", region_name=TARGET.region)


def test_a_region_in_which_cdk_was_never_used_is_bootstrapped_first(ssm: Any) -> None:
    first, then = commands("dev", FILE, TARGET, bootstrapped=is_bootstrapped(ssm))

    assert first[1:] == ["bootstrap", "aws://123456789012/eu-central-1"]
    assert then[1:7] == ["deploy", "--all", "--context", "stage=dev", "--context", "stages=stages.toml"]


@pytest.mark.parametrize(("version", "is_new_enough"), [("5", False), ("6", True), ("30", True)])
def test_a_toolkit_stack_is_kept_if_it_is_new_enough(ssm: Any, version: str, is_new_enough: bool) -> None:
    ssm.put_parameter(Name=TOOLKIT, Value=version, Type="String")

    assert is_bootstrapped(ssm) is is_new_enough
    assert len(list(commands("prod", FILE, TARGET, bootstrapped=is_bootstrapped(ssm)))) == (1 if is_new_enough else 2)


@pytest.mark.usefixtures("ssm")
def test_the_account_is_the_one_of_the_credentials() -> None:
    assert Target.current() == TARGET


def test_a_shell_without_a_region_is_told_to_set_one(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")

    with pytest.raises(NoTarget, match="set AWS_REGION"):
        Target.current()
