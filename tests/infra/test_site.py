"""The web application in AWS: its bucket, its files, and what CloudFront makes of paths and headers."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from aws_cdk.assertions import Match

from infra.aws.app import build, new_app
from infra.aws.code import PROJECT
from infra.aws.site import SITE_PATHS, SiteNotBuilt
from infra.aws.stages import DEV, LOCAL
from shared.runtime.browser_headers import PROTECTION
from tests.infra.assembly import Assembly, flat
from tests.infra.cloudfront import MOST_BYTES, asked, handled
from tests.infra.test_data import bucket
from tests.site_paths import FILES

# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html
_LONGEST_POLICY = 1_783
S3 = "https://tally-prod-{}-<AccountId>-<Region>.s3.<Region>.<URLSuffix>"
APIS = {"/api/*", "/ws/*"}


def distribution(assembly: Assembly) -> Any:
    (found,) = assembly.of_type("AWS::CloudFront::Distribution").values()
    return found["DistributionConfig"]


def headers(assembly: Assembly) -> dict[str, str]:
    """What CloudFront adds to the files, as a browser sees it."""
    (policy,) = assembly.of_type("AWS::CloudFront::ResponseHeadersPolicy").values()
    configuration = policy["ResponseHeadersPolicyConfig"]
    security = configuration["SecurityHeadersConfig"]
    assert all(each["Override"] for each in (*security.values(), *configuration["CustomHeadersConfig"]["Items"]))
    return {
        "Content-Security-Policy": flat(security["ContentSecurityPolicy"]["ContentSecurityPolicy"]),
        "Referrer-Policy": security["ReferrerPolicy"]["ReferrerPolicy"],
        "X-Frame-Options": security["FrameOptions"]["FrameOption"],
        "X-Content-Type-Options": "nosniff" if security["ContentTypeOptions"] else "",
        "Strict-Transport-Security": f"max-age={security['StrictTransportSecurity']['AccessControlMaxAgeSec']}",
        **{each["Header"]: each["Value"] for each in configuration["CustomHeadersConfig"]["Items"]},
    }


def test_the_bucket_is_read_by_the_stages_distribution_only(dev: Assembly) -> None:
    name, properties = bucket(dev, "site")

    dev.template("api").has_resource_properties(
        "AWS::S3::BucketPolicy",
        {
            "Bucket": {"Ref": name},
            "PolicyDocument": {
                "Statement": [
                    Match.object_like({"Effect": "Deny", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}),
                    Match.object_like(
                        {
                            "Effect": "Allow",
                            "Principal": {"Service": "cloudfront.amazonaws.com"},
                            "Action": ["s3:GetObject", "s3:ListBucket"],
                            "Condition": {"StringEquals": {"AWS:SourceArn": Match.any_value()}},
                        }
                    ),
                ],
                "Version": "2012-10-17",
            },
        },
    )
    assert properties["VersioningConfiguration"] == {"Status": "Enabled"}
    (origin,) = [each for each in distribution(dev)["Origins"] if "S3OriginConfig" in each]
    assert "OriginAccessControlId" in origin


def test_all_paths_but_those_of_the_apis_are_the_applications(dev: Assembly) -> None:
    configuration = distribution(dev)
    default = configuration["DefaultCacheBehavior"]

    assert {each["PathPattern"] for each in configuration["CacheBehaviors"]} == APIS
    assert default["CachePolicyId"] == "658327ea-f89d-4fab-a63d-7e88639e58f6"  # CachingOptimized
    assert default["AllowedMethods"] == ["GET", "HEAD"]
    assert default["ViewerProtocolPolicy"] == "redirect-to-https"
    assert configuration["DefaultRootObject"] == "index.html"


def test_errors_of_the_api_are_left_as_they_are(dev: Assembly) -> None:
    assert "CustomErrorResponses" not in distribution(dev)


def test_a_path_becomes_the_file_that_the_laptop_makes_of_it() -> None:
    found = handled(SITE_PATHS, *map(asked, FILES))

    assert {path: each["uri"] for path, each in zip(FILES, found, strict=True)} == {
        path: f"/{file}" for path, file in FILES.items()
    }
    assert len(SITE_PATHS.read_bytes()) <= MOST_BYTES


def test_files_have_the_protection_of_all_answers(prod: Assembly) -> None:
    found = headers(prod)

    own = {"Cache-Control", "Content-Security-Policy"}
    assert {name: value for name, value in PROTECTION.items() if name not in own}.items() <= found.items()
    assert found["Strict-Transport-Security"] == "max-age=31536000"


def test_pages_connect_to_their_origin_and_the_buckets_that_take_or_give_files(prod: Assembly) -> None:
    policy = headers(prod)["Content-Security-Policy"]

    (sources,) = re.findall("connect-src ([^;]*)", policy)
    assert sources.split() == [
        "'self'",
        *(S3.format(name) for name in ("lake", "results", "export-files")),
        "wss://analytics.example.com",
    ]
    assert "script-src 'self';" in policy
    assert len(policy.replace("<AccountId>", "1" * 12).replace("<Region>", "ap-southeast-2")) < _LONGEST_POLICY


def test_assets_are_copied_for_good_before_the_pages_that_name_them(dev: Assembly) -> None:
    (assets,) = [each for each in dev.of_type("Custom::CDKBucketDeployment").values() if each["Include"]]
    (name,) = [key for key, each in dev.of_type("Custom::CDKBucketDeployment").items() if each == assets]
    ((_, pages),) = [
        (key, each) for key, each in dev.resources() if each["Type"] == "Custom::CDKBucketDeployment" and key != name
    ]

    assert (assets["Include"], assets["Exclude"], assets["Prune"]) == (["assets/*"], ["*"], False)
    assert assets["SystemMetadata"] == {"cache-control": "public, max-age=31536000, immutable"}
    assert name in pages["DependsOn"]
    assert (pages["Properties"]["Exclude"], pages["Properties"]["Prune"]) == (["assets/*"], True)
    assert pages["Properties"]["SystemMetadata"] == {"cache-control": "no-cache"}


def test_compressed_files_of_the_laptop_are_not_copied(dev: Assembly) -> None:
    ((archive,),) = {tuple(each["SourceObjectKeys"]) for each in dev.of_type("Custom::CDKBucketDeployment").values()}
    packed = dev.directory / f"asset.{archive.removesuffix('.zip')}"

    assert sorted(path.relative_to(packed).as_posix() for path in packed.rglob("*") if path.is_file()) == [
        "assets/app-1a2b3c4d.js",
        "index.html",
    ]


def test_the_function_that_copies_may_do_nothing_else(dev: Assembly) -> None:
    (role,) = [
        each for each in dev.of_type("AWS::IAM::Role").values() if "site-copy" in json.dumps(each.get("RoleName", ""))
    ]

    (policy,) = role["Policies"]
    granted = {
        action: flat(each["Resource"])
        for each in policy["PolicyDocument"]["Statement"]
        for action in ([each["Action"]] if isinstance(each["Action"], str) else each["Action"])
    }
    site = "arn:<Partition>:s3:::tally-dev-site-<AccountId>-<Region>"
    assert "ManagedPolicyArns" not in role
    assert granted == {
        "s3:GetObject": "arn:<Partition>:s3:::cdk-hnb659fds-assets-<AccountId>-<Region>/*",
        "s3:ListBucket": site,
        **dict.fromkeys(("s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"), f"{site}/*"),
        **dict.fromkeys(
            ("logs:CreateLogStream", "logs:PutLogEvents"),
            "arn:<Partition>:logs:<Region>:<AccountId>:log-group:/aws/lambda/tally-dev-site-copy:*",
        ),
    }


def test_names_of_the_account_contain_the_region(dev: Assembly) -> None:
    (access,) = dev.of_type("AWS::CloudFront::OriginAccessControl").values()
    (policy,) = dev.of_type("AWS::CloudFront::ResponseHeadersPolicy").values()
    functions = [each["Name"] for each in dev.of_type("AWS::CloudFront::Function").values()]

    names = [access["OriginAccessControlConfig"]["Name"], policy["ResponseHeadersPolicyConfig"]["Name"], *functions]
    assert all(flat(name).endswith("-<Region>") for name in names)


def test_pages_of_the_domain_may_upload_and_open_sockets_without_being_listed(prod: Assembly) -> None:
    (rule,) = bucket(prod, "lake")[1]["CorsConfiguration"]["CorsRules"]
    told = [each["Environment"]["Variables"] for each in prod.functions()]

    assert prod.stage.cors_origins == ()
    assert rule["AllowedOrigins"] == ["https://analytics.example.com"]
    assert {each["TALLY_CORS_ORIGINS"] for each in told} == {"https://analytics.example.com"}


def test_the_laptop_needs_no_build_and_has_no_site(local: Assembly) -> None:
    assert not [name for name, _ in local.resources() if "WebSite" in name]
    build(new_app(), LOCAL, site_files=Path("/nonexistent"))


def test_a_stage_with_a_distribution_is_not_deployed_without_the_application(tmp_path: Path) -> None:
    with pytest.raises(SiteNotBuilt, match=r"The web application is not built in .*; `make deploy` and"):
        build(new_app(), DEV, site_files=tmp_path)


def test_synthesis_refuses_in_one_sentence(tmp_path: Path) -> None:
    context = json.dumps({"stage": "dev", "site": str(tmp_path)})
    told = subprocess.run(
        [sys.executable, "-m", "infra.aws.app"],
        cwd=PROJECT,
        env={"PATH": os.environ["PATH"], "HOME": os.environ["HOME"], "CDK_CONTEXT_JSON": context},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert told.returncode == 1
    assert told.stderr.strip().splitlines()[-1].startswith(f"The web application is not built in {tmp_path};")
    assert "Traceback" not in told.stderr
