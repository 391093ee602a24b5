"""The web application of a stage: a private bucket that only CloudFront reads, and the built files in it."""

from pathlib import Path

from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from constructs import Construct

from infra import web_site
from infra.aws.buckets import PrivateBucket
from infra.aws.names import Names
from infra.aws.site_copy import SITE_BUCKET, SiteCopy
from infra.aws.site_headers import site_headers
from infra.aws.stage_key import accept_other_encryption

SITE_PATHS = Path(__file__).with_name("site_paths.js")


class SiteNotBuilt(LookupError):
    """A stage with a distribution is deployed without the web application."""


def require_built(files: Path) -> None:
    """Refuse a folder without the built application.

    Raises:
        SiteNotBuilt: there is none.
    """
    if not (files / web_site.INDEX).is_file():
        raise SiteNotBuilt(
            f"The web application is not built in {files}; `make deploy` and `npm --prefix web run build` build it."
        )


class WebSite(Construct):
    """The files of the web application, and how CloudFront serves them."""

    def __init__(self, scope: Construct, *, files: Path, names: Names) -> None:
        super().__init__(scope, "WebSite")
        self._names = names
        self._bucket = PrivateBucket(
            self, bucket=SITE_BUCKET, names=names, access_logs=None, why_no_logs="Everybody may read its files."
        ).bucket
        accept_other_encryption(self._bucket)
        SiteCopy(self, files=files, bucket=self._bucket, names=names)

    def behaviour(self) -> cloudfront.BehaviorOptions:
        """Return the behaviour of all paths but those of the APIs."""
        return cloudfront.BehaviorOptions(
            origin=self._origin(),
            allowed_methods=cloudfront.AllowedMethods.ALLOW_GET_HEAD,
            cache_policy=cloudfront.CachePolicy.CACHING_OPTIMIZED,
            response_headers_policy=site_headers(self, self._names),
            viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
            function_associations=[
                cloudfront.FunctionAssociation(
                    function=self._paths(), event_type=cloudfront.FunctionEventType.VIEWER_REQUEST
                )
            ],
        )

    def _origin(self) -> cloudfront.IOrigin:
        """Return the bucket as an origin; without the right to list it, S3 would refuse missing files with 403."""
        return origins.S3BucketOrigin.with_origin_access_control(
            self._bucket,
            origin_access_control=cloudfront.S3OriginAccessControl(
                self, "Access", origin_access_control_name=self._names.global_name("site")
            ),
            origin_access_levels=[cloudfront.AccessLevel.READ, cloudfront.AccessLevel.LIST],
        )

    def _paths(self) -> cloudfront.Function:
        return cloudfront.Function(
            self,
            "Paths",
            function_name=self._names.global_name("site-paths"),
            comment="Turns paths of the web application into its files.",
            code=cloudfront.FunctionCode.from_inline(SITE_PATHS.read_text()),
            runtime=cloudfront.FunctionRuntime.JS_2_0,
        )
