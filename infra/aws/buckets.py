"""The declared buckets and, if a stage has them, their access logs."""

from collections.abc import Mapping

from aws_cdk import Duration
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.aws.nag import accept
from infra.aws.names import Names
from infra.aws.queues import MessageQueue
from shared.runtime.resources import Bucket


class AccessLogBucket(Construct):
    """The S3 access logs of the other buckets."""

    def __init__(self, scope: Construct, *, names: Names) -> None:
        super().__init__(scope, "AccessLogs")
        self.bucket = s3.Bucket(
            self,
            "Bucket",
            bucket_name=names.bucket("access-logs"),
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            lifecycle_rules=[s3.LifecycleRule(id="expire", expiration=Duration.days(90))],
            removal_policy=names.stage.removal_policy,
        )
        accept(self.bucket, {"S1": "A bucket of access logs that logged itself would never stop."})


class PrivateBucket(Construct):
    """A bucket that requires TLS and a grant, with the expirations that its declaration declares."""

    def __init__(
        self,
        scope: Construct,
        *,
        bucket: Bucket,
        names: Names,
        access_logs: AccessLogBucket | None,
        why_no_logs: str = "This stage keeps no access logs.",
    ) -> None:
        super().__init__(scope, bucket.name.upper())
        self.bucket = s3.Bucket(
            self,
            "Bucket",
            bucket_name=names.resource_name(bucket),
            versioned=bucket.versioned,
            object_lock_enabled=True if bucket.locked_days else None,
            object_lock_default_retention=_retention(bucket, names),
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            lifecycle_rules=_lifecycle(bucket, names),
            cors=_cors(bucket, names),
            server_access_logs_bucket=access_logs.bucket if access_logs else None,
            server_access_logs_prefix=f"{bucket.label}/" if access_logs else None,
            removal_policy=names.stage.removal_policy,
        )
        if access_logs is None:
            accept(self.bucket, {"S1": why_no_logs})

    def notify(self, queues: Mapping[str, MessageQueue]) -> None:
        """Send a message to the queue of a prefix for every object made under it."""
        bucket = self.bucket.node.default_child
        if not isinstance(bucket, s3.CfnBucket):
            raise TypeError(f"{self.node.path} is not made of a CloudFormation bucket")
        bucket.notification_configuration = s3.CfnBucket.NotificationConfigurationProperty(
            queue_configurations=[_on_object_created(prefix, fed.queue.queue_arn) for prefix, fed in queues.items()]
        )
        # S3 tests the queue when the bucket is created, so its policy must exist before.
        bucket.node.add_dependency(*queues.values())


def _on_object_created(prefix: str, queue_arn: str) -> s3.CfnBucket.QueueConfigurationProperty:
    rule = s3.CfnBucket.FilterRuleProperty(name="prefix", value=prefix)
    return s3.CfnBucket.QueueConfigurationProperty(
        event="s3:ObjectCreated:*",
        queue=queue_arn,
        filter=s3.CfnBucket.NotificationFilterProperty(s3_key=s3.CfnBucket.S3KeyFilterProperty(rules=[rule])),
    )


def _cors(bucket: Bucket, names: Names) -> list[s3.CorsRule] | None:
    """Let pages of the stage's own origins put files, and read answers, at the addresses that they were given."""
    origins = list(names.stage.allowed_origins)
    if not origins or not (bucket.takes_uploads or bucket.gives_answers):
        return None
    if bucket.gives_answers:
        # A page that follows a redirect from one foreign origin to another comes from "null".
        return [s3.CorsRule(allowed_origins=["*"], allowed_methods=[s3.HttpMethods.GET], max_age=3600)]
    put = s3.HttpMethods.PUT
    return [s3.CorsRule(allowed_origins=origins, allowed_methods=[put], allowed_headers=["*"], max_age=3600)]


def _retention(bucket: Bucket, names: Names) -> s3.ObjectLockRetention | None:
    """Return the Object Lock retention: compliance mode in permanent stages, governance mode elsewhere."""
    if bucket.locked_days is None:
        return None
    days = Duration.days(bucket.locked_days)
    kept = names.stage.deletion_protection
    return s3.ObjectLockRetention.compliance(days) if kept else s3.ObjectLockRetention.governance(days)


def _lifecycle(bucket: Bucket, names: Names) -> list[s3.LifecycleRule]:
    expiring = [
        s3.LifecycleRule(
            id=f"expire-{prefix.strip('/') or 'all'}", prefix=prefix or None, expiration=Duration.days(days)
        )
        for prefix, days in bucket.expire_days
    ]
    if bucket.versioned and bucket.locked_days is None:
        # Where rules overlap, S3 follows the one that expires first.
        expiring += [
            s3.LifecycleRule(
                id=f"forget-versions-{prefix.strip('/')}",
                prefix=prefix,
                noncurrent_version_expiration=Duration.days(days),
            )
            for prefix, days in bucket.version_days
        ]
        expiring.append(
            s3.LifecycleRule(
                id="forget-old-versions",
                noncurrent_version_expiration=Duration.days(names.stage.noncurrent_days),
                expired_object_delete_marker=True,
            )
        )
    unfinished = s3.LifecycleRule(id="abort-uploads", abort_incomplete_multipart_upload_after=Duration.days(2))
    return [*expiring, unfinished]
