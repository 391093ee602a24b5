"""The file of stages: what an operator decides outside the code, and what a stage is not deployed without."""

import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from aws_cdk.assertions import Match

from infra.aws.app import chosen, new_app
from infra.aws.code import PROJECT
from infra.aws.stage_file import StageFileError, read_stage
from infra.aws.stages import PROD, StageConfig, Subscription
from shared.dashboards.data import STALE_FOR
from shared.push.queue import PUSH_QUEUE
from tests.infra.assembly import Assembly

COMPLETE = """
[prod]
cors_origins = ["https://analytics.example.com"]
alarm_emails = ["operations@example.com"]
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "stages.toml"


def deployed(name: str, file: Path) -> StageConfig:
    """The stage as the app deploys it."""
    return chosen(new_app(stage=name, stages=str(file)))


def test_production_is_not_deployed_without_its_file(file: Path) -> None:
    with pytest.raises(StageFileError, match=re.escape("without alarm_emails: copy stages.example")):
        deployed("prod", file)


def test_the_command_refuses_in_one_sentence(file: Path) -> None:
    command = [sys.executable, "-m", "infra.aws.deploy", "--stage", "prod", "--stages", str(file)]
    told = subprocess.run(  # noqa: S603 # our own program
        command, cwd=PROJECT, capture_output=True, text=True, check=False, timeout=120
    )

    assert told.returncode == 1
    assert told.stderr.strip().splitlines()[-1].startswith("Stage prod is not deployed without alarm_emails")
    assert "Traceback" not in told.stderr


def test_other_stages_need_no_file(file: Path) -> None:
    assert deployed("dev", file).name == "dev"


def test_a_stage_is_what_its_table_of_the_file_makes_of_it(file: Path) -> None:
    file.write_text(
        COMPLETE
        + """
domain = "analytics.example.com"
certificate_arn = "arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d-0000-1111-2222-333344445555"
reporting_currency = "EUR"
rate_limits.general.limit = 5000
[[prod.subscriptions]]
protocol = "email"
endpoint = "fraud@example.com"
only = { severity = ["high", "critical"] }
[dev]
reporting_currency = "GBP"
"""
    )

    prod, dev = deployed("prod", file), deployed("dev", file)

    assert (prod.reporting_currency, dev.reporting_currency) == ("EUR", "GBP")
    assert prod.domain == "analytics.example.com"
    assert prod.allowed_origins == ("https://analytics.example.com",)  # listed once, though the file has it as well
    assert prod.rate_limits == {"general": {"limit": 5000}}
    (team,) = prod.subscriptions
    assert isinstance(team, Subscription)
    assert list(team.only["severity"]) == ["high", "critical"]
    assert prod.throttle == PROD.throttle


def test_the_example_is_a_file_that_production_is_deployed_with() -> None:
    stage = deployed("prod", PROJECT / "stages.example.toml")

    assert stage.alarm_emails == ("operations@example.com",)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('reporting_currency = "euro"', "reporting_currency must match the pattern"),
        ("queries_at_once = 0", "queries_at_once must be at least 1"),
        ("lambda_concurrency = 0", "lambda_concurrency must be at least 1"),
        ("requests_per_address = 9", "requests_per_address must be 0 or at least 10"),
        ('deployments = "blue"', "deployments must be"),
        ("dashboard_renewal_seconds = 301", "dashboard_renewal_seconds must be at most 300"),
        ("dashboard_renewal_seconds = -1", "dashboard_renewal_seconds must be at least 0"),
        ("monthly_budget = 0", "monthly_budget must be at least 1"),
        ("monthly_budget = 500", "a monthly_budget needs alarm_emails"),
        ("budget_stops_queries = true", "budget_stops_queries needs a monthly_budget"),
        ('alarm_email = "a@b.example"', "alarm_email is unknown; remove it"),
        ('cors_origins = "https://a.example"', "cors_origins must be a list"),
        ('domain = "analytics.example.com"', "a domain needs a certificate"),
        (
            'domain = "a.example"\ncertificate_arn = "arn:aws:acm:eu-west-1:123456789012:certificate/0a"',
            "us-east-1 only",
        ),
        ('domain = "Analytics.example.com"\ncertificate_arn = "arn"', "'Analytics.example.com' is no domain"),
        ('domain = "https://a.example"\ncertificate_arn = "arn"', "'https://a.example' is no domain"),
        ('cors_origins = ["*"]', "cannot be allowed"),
        ("fraud_configuration = { maturityHorizonDays = 0 }", "maturityHorizonDays"),
        ("cors_origins = [", "stages.toml cannot be read"),
    ],
)
def test_a_mistake_in_the_file_is_named(file: Path, line: str, told: str) -> None:
    file.write_text(f"[prod]\n{line}\n")

    with pytest.raises(StageFileError, match=re.escape(told)):
        read_stage("prod", file)


def test_the_longest_interval_of_renewals_ends_before_a_run_that_died_is_repeated(file: Path) -> None:
    file.write_text("[dev]\ndashboard_renewal_seconds = 300\n")

    longest = read_stage("dev", file).dashboard_renewal_seconds

    assert longest < PUSH_QUEUE.visibility_seconds
    assert timedelta(seconds=2 * longest) <= STALE_FOR


def test_all_mistakes_are_named_at_once(file: Path) -> None:
    file.write_text('[prod]\nqueries_at_once = "many"\nreporting_currency = 1\n')

    with pytest.raises(StageFileError, match=r"stages\.toml, \[prod\]: .*; .*"):
        read_stage("prod", file)


def test_alarms_are_mailed_to_the_addresses_of_the_stage(prod: Assembly) -> None:
    mails = [each for each in prod.of_type("AWS::SNS::Subscription").values() if each["Protocol"] == "email"]

    assert sorted(each["Endpoint"] for each in mails) == ["on-call@example.com", "operations@example.com"]


def test_a_domain_of_ones_own_is_reached_by_tls_1_2_or_newer(prod: Assembly, dev: Assembly) -> None:
    prod.template("api").has_resource_properties(
        "AWS::CloudFront::Distribution",
        {
            "DistributionConfig": Match.object_like(
                {
                    "Aliases": ["analytics.example.com"],
                    "ViewerCertificate": Match.object_like(
                        {
                            "AcmCertificateArn": prod.stage.certificate_arn,
                            "MinimumProtocolVersion": "TLSv1.2_2021",
                            "SslSupportMethod": "sni-only",
                        }
                    ),
                }
            )
        },
    )
    (public,) = dev.of_type("AWS::CloudFront::Distribution").values()
    assert "Aliases" not in public["DistributionConfig"]
