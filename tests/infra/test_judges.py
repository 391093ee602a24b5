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
from tests.tiers import one_in

_ACCEPTED = {"APIG2", "APIG4", "CFR1", "CFR2", "CFR3", "COG4", "IAM4", "IAM5", "L1", "S1", "SQS3"}
# W3005: CDK writes down dependencies that a reference implies already.
_LINT = ManualArgs(regions=["us-east-1"], ignore_checks=["W3005"])


def test_cdk_nag_checks_aws_stages_and_every_suppression_has_a_reason(dev: Assembly, prod: Assembly) -> None:
    """cdk-nag runs during the synthesis of a stage, which fails on findings without a suppression."""
    for assembly in (dev, prod):
        accepted = assembly.accepted()

        assert assembly.stage.cdk_nag
        own_domain = set() if assembly.stage.domain else {"CFR4"}  # a domain brings a certificate and its TLS policy
        firewall = {"SMG4"} if assembly.stage.requests_per_address else {"APIG3"}
        assert {finding.split("[")[0] for finding in accepted} == _ACCEPTED | own_domain | firewall
        assert all(reason.endswith(".") for reason in accepted.values())


def test_a_cdk_nag_finding_stops_the_synthesis(tmp_path: Path) -> None:
    app = new_app(outdir=str(tmp_path))
    sqs.Queue(Stack(app, "Careless"), "Queue")
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))

    with pytest.raises(RuntimeError, match="AwsSolutions-SQS3"):
        app.synth()


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("stage", one_in(2, ["prod", "dev"]))
def test_cfn_lint_finds_nothing(stage: str, part: str, request: pytest.FixtureRequest) -> None:
    assembly: Assembly = request.getfixturevalue(stage)

    assert lint(assembly.path(part).read_text(), config=_LINT) == []
