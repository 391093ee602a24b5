"""The templates before their judges: cdk-nag and cfn-lint."""

from pathlib import Path

import pytest
from aws_cdk import Stack, Validations
from aws_cdk import aws_sqs as sqs
from cdk_nag import AwsSolutionsChecks
from cfnlint.api import lint  # type: ignore[import-untyped] # it ships no types
from cfnlint.config import ManualArgs  # type: ignore[import-untyped] # as above

from infra.aws.app import new_app
from tests.infra.assembly import PARTS, Assembly

# W3005: CDK writes down dependencies that a reference implies already.
_LINT = ManualArgs(regions=["us-east-1"], ignore_checks=["W3005"])


def test_cdk_nag_finds_nothing_that_is_not_accepted_for_a_reason(dev: Assembly, prod: Assembly) -> None:
    """It judges while a stage is synthesised, which would have failed."""
    assert dev.stage.judged
    assert prod.stage.judged


def test_cdk_nag_would_have_stopped_the_synthesis(tmp_path: Path) -> None:
    app = new_app(outdir=str(tmp_path))
    sqs.Queue(Stack(app, "Careless"), "Queue")
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))

    with pytest.raises(RuntimeError, match="AwsSolutions-SQS3"):
        app.synth()


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_cfn_lint_finds_nothing(stage: str, part: str, request: pytest.FixtureRequest) -> None:
    assembly: Assembly = request.getfixturevalue(stage)

    assert lint(assembly.path(part).read_text(), config=_LINT) == []
