"""The command that deploys: it bootstraps where CDK has not been used, and asks AWS who calls before it builds."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from moto import mock_aws

from infra.aws.api_stack import PUBLIC_DOMAIN
from infra.aws.deploy import NoTarget, Target, commands, is_bootstrapped, next_steps, public_domain
from infra.aws.stages import DEV

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
    assert then[1:3] == ["deploy", "--all"]
    assert then[5:9] == ["--context", "stage=dev", "--context", "stages=stages.toml"]


def test_deploying_asks_nothing_because_there_may_be_no_terminal() -> None:
    (deploy,) = commands("prod", FILE, TARGET, bootstrapped=True)

    assert deploy[deploy.index("--require-approval") + 1] == "never"


@pytest.mark.parametrize(("version", "is_new_enough"), [("5", False), ("6", True), ("30", True)])
def test_a_toolkit_stack_is_kept_if_it_is_new_enough(ssm: Any, version: str, is_new_enough: bool) -> None:
    ssm.put_parameter(Name=TOOLKIT, Value=version, Type="String")

    assert is_bootstrapped(ssm) is is_new_enough
    assert len(list(commands("prod", FILE, TARGET, bootstrapped=is_bootstrapped(ssm)))) == (1 if is_new_enough else 2)


@pytest.mark.usefixtures("ssm")
def test_the_account_is_the_one_of_the_credentials() -> None:
    assert Target.current() == TARGET


def test_the_public_domain_is_an_output_of_the_deployed_stage() -> None:
    cloudformation = boto3.client("cloudformation", "us-east-1", aws_access_key_id="a", aws_secret_access_key="b")
    stack = {"StackName": "tally-dev-api", "CreationTime": datetime.now(UTC), "StackStatus": "UPDATE_COMPLETE"}
    outputs = [{"OutputKey": PUBLIC_DOMAIN, "OutputValue": "d111.cloudfront.net"}]
    with Stubber(cloudformation) as answers:
        answers.add_response(
            "describe_stacks", {"Stacks": [{**stack, "Outputs": outputs}]}, {"StackName": "tally-dev-api"}
        )
        answers.add_response("describe_stacks", {"Stacks": [stack]}, {"StackName": "tally-dev-api"})

        assert public_domain(DEV, cloudformation) == "d111.cloudfront.net"
        assert public_domain(DEV, cloudformation) is None


def test_without_a_domain_the_operator_is_told_which_origin_to_add() -> None:
    address, then = next_steps(DEV, "d111.cloudfront.net", FILE)

    assert address == "The web application: https://d111.cloudfront.net"
    assert then.startswith('Add "https://d111.cloudfront.net" to cors_origins of [dev] in stages.toml and deploy again')
    allowed = replace(DEV, cors_origins=("https://d111.cloudfront.net",))
    assert list(next_steps(allowed, "d111.cloudfront.net", FILE)) == [address]


def test_with_a_domain_the_operator_is_told_where_to_point_it() -> None:
    certificate = "arn:aws:acm:us-east-1:123456789012:certificate/0a"
    owned = replace(DEV, domain="shop.example.com", certificate_arn=certificate)

    address, then = next_steps(owned, "d111.cloudfront.net", FILE)

    assert address == "The web application: https://shop.example.com"
    assert then.startswith("Point shop.example.com at d111.cloudfront.net")


def test_a_shell_without_a_region_is_told_to_set_one(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")

    with pytest.raises(NoTarget, match="set AWS_REGION"):
        Target.current()
