"""Copies the built web application into its bucket when a stage is deployed, by the function that CDK has for it."""

from collections.abc import Sequence
from pathlib import Path

from aws_cdk import Aws, DefaultStackSynthesizer, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_deployment as deployment
from constructs import Construct

from infra import web_site
from infra.aws.nag import accept, accept_wildcards
from infra.aws.names import Names
from shared.runtime.resources import Bucket

SITE_BUCKET = Bucket("site", versioned=True)
_NAME = "site_copy"
_MEGABYTES = 512
_COMPRESSED = ["*.br", "*.gz"]  # for the laptop; CloudFront compresses by itself
_HANDLER = "Custom::CDKBucketDeployment"  # how the id begins of the one function of a stack
_ASSETS = f"{web_site.ASSETS}/*"
_WHY_WILDCARDS = "Names of archives, of the application's files and of log streams are made when they are built or run."
_WHY_NOT_NEWEST = "The runtime of this function is CDK's choice."


class SiteCopy(Construct):
    """The files of the application, each with how long browsers keep it.

    Assets are copied before the pages that name them. Assets of earlier versions stay: pages that are open load more of
    theirs.
    """

    def __init__(self, scope: Construct, *, files: Path, bucket: s3.IBucket, names: Names) -> None:
        super().__init__(scope, "Copy")
        self._files, self._bucket = files, bucket
        self._log_group = logs.LogGroup(
            self,
            "Logs",
            log_group_name=_log_group(names),
            retention=names.stage.log_retention,
            removal_policy=names.stage.removal_policy,
        )
        self._role = self._make_role(names)
        assets = self._copy("Assets", include=[_ASSETS], exclude=["*"], kept=web_site.IMMUTABLE, prune=False)
        pages = self._copy("Pages", include=[], exclude=[_ASSETS], kept=web_site.REVALIDATED, prune=True)
        pages.node.add_dependency(assets)
        self._name_function(names)

    def _copy(
        self, name: str, *, include: Sequence[str], exclude: Sequence[str], kept: str, prune: bool
    ) -> deployment.BucketDeployment:
        return deployment.BucketDeployment(
            self,
            name,
            sources=[deployment.Source.asset(str(self._files), exclude=_COMPRESSED)],
            destination_bucket=self._bucket,
            include=include,
            exclude=exclude,
            cache_control=[deployment.CacheControl.from_string(kept)],
            prune=prune,
            memory_limit=_MEGABYTES,
            role=self._role.without_policy_updates(),
            log_group=self._log_group,
        )

    def _make_role(self, names: Names) -> iam.Role:
        """Return a role with what the function does: it reads the archive, compares it with the bucket, and copies."""
        granted = [
            iam.PolicyStatement(actions=["s3:GetObject"], resources=[_archives()]),
            iam.PolicyStatement(actions=["s3:ListBucket"], resources=[names.bucket_arn(SITE_BUCKET)]),
            iam.PolicyStatement(
                actions=["s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"],
                resources=[names.bucket_arn(SITE_BUCKET, "/*")],
            ),
            iam.PolicyStatement(
                actions=["logs:CreateLogStream", "logs:PutLogEvents"],
                resources=[names.arn("logs", f"log-group:{_log_group(names)}:*")],
            ),
        ]
        role = iam.Role(
            self,
            "Role",
            role_name=names.global_name(_NAME),
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            inline_policies={"copy": iam.PolicyDocument(statements=granted)},
        )
        accept_wildcards(role, granted, _WHY_WILDCARDS)
        return role

    def _name_function(self, names: Names) -> None:
        """Name CDK's function after the stage, like all others, and accept what cdk-nag finds about it."""
        (handler,) = (each for each in Stack.of(self).node.children if each.node.id.startswith(_HANDLER))
        function = handler.node.default_child
        if not isinstance(function, lambda_.CfnFunction):
            raise TypeError(f"{handler.node.path} is not made of a CloudFormation function")
        function.function_name = names.physical_name(_NAME)
        accept(handler, {"L1": _WHY_NOT_NEWEST})


def _log_group(names: Names) -> str:
    return f"/aws/lambda/{names.physical_name(_NAME)}"


def _archives() -> str:
    """Return where CDK puts what it deploys: in the bucket of the toolkit stack."""
    qualifier = DefaultStackSynthesizer.DEFAULT_QUALIFIER
    return f"arn:{Aws.PARTITION}:s3:::cdk-{qualifier}-assets-{Aws.ACCOUNT_ID}-{Aws.REGION}/*"
