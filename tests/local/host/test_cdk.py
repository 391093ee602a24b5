"""The CDK CLI is configured for the emulator only, and its failures become sentences."""

import pytest

from infra.local.deploy.cdk import cdk_environment, reason_in
from infra.local.emulator.credentials import EmulatorCredentials


def test_the_cli_sees_the_emulator_and_none_of_the_users_aws_settings() -> None:
    mine = {"AWS_PROFILE": "prod", "AWS_SESSION_TOKEN": "t", "CDK_DEFAULT_ACCOUNT": "1", "PATH": "/bin"}

    environment = cdk_environment("http://127.0.0.1:1", EmulatorCredentials("id", "secret", "host"), mine)

    assert environment["PATH"] == "/bin"
    assert environment["AWS_ENDPOINT_URL"] == "http://127.0.0.1:1"
    assert environment["CDK_DEFAULT_ACCOUNT"] == "000000000000"
    assert not {"AWS_PROFILE", "AWS_SESSION_TOKEN"} & environment.keys()


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (
            "File x\nModuleNotFoundError: No module named 'a'\npython -m app: Subprocess exited with error 1\n",
            "ModuleNotFoundError: No module named 'a'",
        ),
        (
            "❌  A failed to deploy\n‣ ValidationError: Template format error\n\n",
            "ValidationError: Template format error",
        ),
        (
            "A | 3/9 | 6:33:37 AM | CREATE_FAILED | Custom::Step | Step1 said no\n❌ Error: updates failed: A\n",
            "Step1 said no",
        ),
        ("one\n\n  two \n", "two"),
        ("", "no output"),
    ],
)
def test_the_reason_is_that_of_the_first_resource_that_failed_or_the_last_error(said: str, reason: str) -> None:
    assert reason_in(said) == reason
