"""Deploys a stage with your own credentials: `python -m infra.aws.deploy --stage prod`, which `make deploy` runs.

It checks first what would fail late: the stage and its file, the credentials and the region.
"""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import boto3
import typer
from botocore.exceptions import BotoCoreError, ClientError

from infra import web_site
from infra.aws.api_stack import PUBLIC_DOMAIN
from infra.aws.app import chosen, new_app
from infra.aws.names import Names
from infra.aws.site import SiteNotBuilt, require_built
from infra.aws.stage_file import STAGES_FILE, StageFileError
from infra.aws.stages import StageConfig, UnknownStage
from infra.local.deploy.cdk import cli
from infra.local.errors import MissingTool
from infra.local.layout import PROJECT
from layers import build

# The version of the toolkit stack, which `cdk bootstrap` makes with its default qualifier:
# https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-env.html
_TOOLKIT = "/cdk-bootstrap/hnb659fds/version"
# What the assembly of this version of CDK needs of the toolkit stack.
_OLDEST_TOOLKIT = 6


@dataclass(frozen=True, kw_only=True)
class Target:
    """The account and the region that the credentials of this shell lead to."""

    account: str
    region: str

    @classmethod
    def current(cls) -> "Target":
        """Ask AWS who calls.

        Raises:
            NoTarget: there are no valid credentials, or no region.
        """
        session = boto3.Session()
        if session.region_name is None:
            raise NoTarget("No region is set: set AWS_REGION to the one to deploy to, such as eu-central-1.")
        try:
            account = session.client("sts").get_caller_identity()["Account"]
        except (BotoCoreError, ClientError) as refused:
            raise NoTarget(f"AWS does not accept the credentials of this shell: {refused}") from None
        return cls(account=account, region=session.region_name)


class NoTarget(Exception):
    """The credentials of this shell lead nowhere."""


def is_bootstrapped(ssm: Any) -> bool:
    """Whether the region has a toolkit stack of CDK that is new enough."""
    try:
        version = ssm.get_parameter(Name=_TOOLKIT)["Parameter"]["Value"]
    except ssm.exceptions.ParameterNotFound:
        return False
    return int(version) >= _OLDEST_TOOLKIT


def commands(stage: str, file: Path, target: Target, *, bootstrapped: bool) -> Iterator[list[str]]:
    """Yield the commands of the CDK CLI that deploy a stage as its file changes it."""
    cdk = cli(PROJECT)
    if not bootstrapped:
        yield [cdk, "bootstrap", f"aws://{target.account}/{target.region}"]
    app = f'"{sys.executable}" -m infra.aws.app'
    context = [word for each in (f"stage={stage}", f"stages={file}") for word in ("--context", each)]
    # Whoever runs this has decided to deploy, and without a terminal CDK would fail instead of asking.
    yield [cdk, "deploy", "--all", "--require-approval", "never", *context, "--app", app]


def public_domain(stage: StageConfig, cloudformation: Any) -> str | None:
    """Return the name that CloudFront has given to a deployed stage, None without a distribution."""
    (stack,) = cloudformation.describe_stacks(StackName=Names(stage=stage).physical_name("api"))["Stacks"]
    outputs = {each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs", [])}
    return outputs.get(PUBLIC_DOMAIN)


def next_steps(stage: StageConfig, domain: str | None, file: Path) -> Iterator[str]:
    """Yield the address of the web application, and the steps that remain until all of it works."""
    if domain is None:
        return
    yield f"The web application: https://{stage.domain or domain}"
    if stage.domain:
        yield f"Point {stage.domain} at {domain} with a CNAME or an alias record, if that is not done yet."
    elif f"https://{domain}" not in stage.allowed_origins:
        yield (
            f'Add "https://{domain}" to cors_origins of [{stage.name}] in {file.name} and deploy again: until then, '
            "the application cannot upload files or receive live updates."
        )


def deploy(
    stage: Annotated[str, typer.Option(help="dev or prod.")],
    stages: Annotated[Path, typer.Option(help="What you decide about stages; see stages.example.toml.")] = STAGES_FILE,
) -> None:
    """Build the layers, bootstrap the region if CDK has not been used there, and deploy all stacks of a stage."""
    try:
        file = stages.resolve()
        config = chosen(new_app(stage=stage, stages=str(file)))
        if config.distribution:
            require_built(web_site.BUILD)
        target = Target.current()
        for layer in build.LAYERS:
            build.build(layer)
        for command in commands(stage, file, target, bootstrapped=is_bootstrapped(boto3.client("ssm"))):
            subprocess.run(command, cwd=PROJECT, check=True)  # the pinned CLI
        for line in next_steps(config, public_domain(config, boto3.client("cloudformation")), file):
            sys.stdout.write(f"{line}\n")
    except (SiteNotBuilt, StageFileError, UnknownStage, NoTarget, MissingTool) as refused:
        sys.exit(str(refused))
    except subprocess.CalledProcessError as failed:
        sys.exit(failed.returncode)


if __name__ == "__main__":
    typer.run(deploy)
