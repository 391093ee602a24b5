"""The rights that functions have and that end-to-end tests need on some runs only, or never, each with the reason."""

from collections.abc import Collection
from dataclasses import dataclass
from fnmatch import fnmatchcase

from tests.local.permissions import Right


@dataclass(frozen=True)
class Reason:
    """Why functions need actions on resources, given as patterns; of the resources, only how they end."""

    actions: str
    resources: str
    why: str

    def covers(self, right: Right) -> bool:
        """Return whether this is the reason for a right."""
        return fnmatchcase(right.action, self.actions) and fnmatchcase(right.resource, f"*{self.resources}")


_POLLED = "Lambda polls the source of a function with the rights of its role"
_ATHENA = "Athena may ask for it with the rights of its caller"
_ALERTS = "no rule fires here; tests/functions/alerts"
_FORMER = "nothing is left of an earlier version; tests/upgrade"

REASONS = (
    Reason("logs:*", "*", "Lambda writes the log with the rights of the function"),
    Reason("xray:*", "*", "there is no X-Ray in the emulator"),
    Reason("sqs:ReceiveMessage", "-queue", _POLLED),
    Reason("sqs:DeleteMessage", "-queue", _POLLED),
    Reason("sqs:GetQueueAttributes", "-queue", _POLLED),
    Reason("kinesis:DescribeStream", "*", _POLLED),
    Reason("dynamodb:*", "/stream/*", _POLLED),
    Reason("sqs:SendMessage", "schedule-failures", "Lambda reports scheduled runs that failed three times"),
    Reason("s3:PutObject", "-failures-*", "Lambda stores batches that became too old"),
    Reason("glue:GetPartition*", "*", _ATHENA),
    Reason("glue:GetDatabase", "database/default", _ATHENA),
    Reason("s3:*MultipartUpload*", "*", _ATHENA),
    Reason("s3:GetBucketLocation", "*", _ATHENA),
    Reason("s3:ListBucket", "results-*", _ATHENA),
    Reason("*", "alerts*", _ALERTS),
    Reason("*", "alert-rules", _ALERTS),
    Reason("*", "outbox", _ALERTS),
    Reason("s*", "notification-*", _ALERTS),
    Reason("s3:*", "lake-*/base/*", _FORMER),
    Reason("s3:*", "lake-*/keys/*", _FORMER),
    Reason("s3:*", "lake-*/rollup/*", _FORMER),
    Reason("dynamodb:*", "customers", _FORMER),
    Reason("s3:*", "lake-*/reconciliations/*", "nothing is repeated beyond the horizon; tests/functions/reconciler"),
    Reason("s3:*", "anchors-*", "anchored every 30 minutes; tests/functions/anchor"),
    Reason("dynamodb:*", "audit/index/by_time", "the log is listed by time; tests/functions/audit"),
    Reason("*", "export*", "no decisions are exported in the background; tests/functions/exports"),
    Reason("*", "drift-baselines*", "no baseline is frozen; tests/functions/drift_baselines"),
    Reason("dynamodb:PutItem", "configuration", "nothing is configured; tests/functions/fraud_configuration"),
    Reason("dynamodb:*", "policies", "nothing is promoted; tests/functions/experiments"),
    Reason("dynamodb:PutItem", "rule-thresholds", "no thresholds are registered; tests/functions/replay"),
    Reason("dynamodb:GetItem", "stream-positions", "who scans a table may read it by keys"),
    Reason("dynamodb:GetItem", "turns", "dashboards are not renewed at an interval; tests/functions/live"),
    Reason("dynamodb:DeleteItem", "dashboards", "none is deleted; tests/functions/dashboards"),
    Reason("dynamodb:DeleteItem", "sources", "no configuration is deleted; tests/functions/ingest"),
    Reason("s3:DeleteObject", "quarantine/*", "no row is corrected or dropped; tests/functions/ingest"),
    Reason("s3:DeleteObject", "uploads/*", "no customers are uploaded; tests/functions/file_loader"),
    Reason("s3:GetObject", "landing/*", "no batch is interrupted; tests/crashes"),
    Reason("s3:PutObject", "results-*/answers/*", "no answer is too large for Lambda; tests/functions/answers"),
    Reason("sqs:SendMessage", "merge-queue", "no notification of S3 is lost; tests/functions/sweeper"),
    Reason("sqs:SendMessage", "upload-queue", "no file takes longer than a run; tests/functions/file_loader"),
    Reason("states:DescribeExecution", "replay-run:*", "no run is lost; tests/functions/replay"),
    Reason("execute-api:ManageConnections", "/DELETE/@connections/*", "no token ends early; tests/functions/live"),
    Reason("dynamodb:UpdateItem", "families", "no refresh token is used; tests/functions/auth"),
    Reason("dynamodb:*Item", "idempotency", "two requests with a key meet, or one fails; tests/functions/test_once.py"),
    Reason("dynamodb:DeleteItem", "result-cache", "a query fails; tests/functions/answers"),
    Reason("athena:StopQueryExecution", "*", "a query takes too long; tests/functions/answers"),
    Reason("dynamodb:*Item", "widget-answers", "an answer takes long, or fails; tests/functions/dashboard_data"),
    Reason("sqs:SendMessage", "widget-queue", "an answer takes long; tests/functions/dashboard_data"),
    Reason("s3:ListBucket", "-failures-*", "a batch is discarded, or somebody asks whether one was"),
)


def unexplained(unused: Collection[Right]) -> list[Right]:
    """Return the rights without a reason."""
    return sorted(right for right in unused if not any(each.covers(right) for each in REASONS))


def superfluous(granted: Collection[Right]) -> list[Reason]:
    """Return the reasons for rights that functions do not have."""
    return [each for each in REASONS if not any(each.covers(right) for right in granted)]
