"""What AWS charges: list prices of us-east-1 on demand, without free tiers, and the page that each comes from."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

REGION, CHECKED = "us-east-1", "2026-11-30"

PRICE_LIST = "copy of the AWS Price List (Infracost's recorded answers, revision of 2026-08-21)"
NEIGHBOUR = "copy of the AWS Price List for us-east-2 (as above), us-east-1 on pages of others"
SECONDARY = "pages of others only"
"""Where values were found: AWS's own pages fill their tables in the browser, and their copies have none."""


class Meter(StrEnum):
    """What is counted and charged."""

    API_REQUEST = "request to the REST API"
    WEBSOCKET_MESSAGE = "WebSocket message of up to 32 KB"
    WEBSOCKET_MINUTE = "minute of a WebSocket connection"
    LAMBDA_REQUEST = "run of a function"
    LAMBDA_GB_SECOND = "GB-second of computing"
    LAMBDA_WAITED_GB_SECOND = "GB-second of waiting for requests"
    LAMBDA_DISK_GB_SECOND = "GB-second of temporary storage beyond 512 MB"
    KINESIS_SHARD_HOUR = "hour of a shard"
    KINESIS_KEPT_SHARD_HOUR = "hour of a shard kept from 24 hours to 7 days"
    KINESIS_PUT_UNIT = "25 KB of a record"
    DYNAMODB_WRITE = "write request unit"
    DYNAMODB_READ = "read request unit"
    DYNAMODB_GB_MONTH = "GB-month of a table"
    DYNAMODB_BACKUP_GB_MONTH = "GB-month of point-in-time recovery"
    S3_WRITE = "PUT, COPY, POST or LIST"
    S3_READ = "GET or any other request"
    S3_GB_MONTH = "GB-month of objects"
    ATHENA_TB = "TB scanned"
    STEP_TRANSITION = "state transition"
    GLUE_REQUEST = "request to the catalogue"
    SQS_REQUEST = "request to a queue"
    EVENT = "event of the platform"
    LOG_GB = "GB of logs written"
    LOG_GB_MONTH = "GB-month of logs kept"
    METRIC = "metric of its own"
    ALARM_METRIC = "metric of an alarm"
    DASHBOARD = "CloudWatch dashboard"
    TRACE = "trace recorded"
    CLOUDFRONT_REQUEST = "HTTPS request to CloudFront"
    CLOUDFRONT_GB = "GB from CloudFront to viewers"
    KMS_KEY = "key"
    KMS_SIGNATURE = "signature with an elliptic-curve key"
    WAF_ACL = "web ACL"
    WAF_RULE = "rule of a web ACL"
    WAF_REQUEST = "request that WAF examines"
    SECRET = "secret"  # noqa: S105 # the name of a meter


@dataclass(frozen=True, kw_only=True)
class Price:
    """Dollars for a unit, in tiers that each end at a number of units a month.

    Attributes:
        service: whose bill it is on.
        tiers: the upper end of each tier and the dollars for a unit in it.
        page: the public page of the price.
        found: where its value was confirmed.
    """

    service: str
    tiers: tuple[tuple[float, float], ...]
    page: str
    found: str = PRICE_LIST


def _flat(service: str, dollars: float, page: str, found: str = PRICE_LIST) -> Price:
    return Price(service=service, tiers=((math.inf, dollars),), page=page, found=found)


_AWS = "https://aws.amazon.com/"
_API, _LAMBDA, _KINESIS = (
    f"{_AWS}api-gateway/pricing/",
    f"{_AWS}lambda/pricing/",
    f"{_AWS}kinesis/data-streams/pricing/",
)
_DYNAMODB, _S3 = f"{_AWS}dynamodb/pricing/on-demand/", f"{_AWS}s3/pricing/"
_CLOUDWATCH, _CLOUDFRONT = f"{_AWS}cloudwatch/pricing/", f"{_AWS}cloudfront/pricing/"
_KMS, _WAF = f"{_AWS}kms/pricing/", f"{_AWS}waf/pricing/"
_COMPUTING = ((7.5e9, 0.0000133334), (18.75e9, 0.0000120001), (math.inf, 0.0000106667))

PRICES: Mapping[Meter, Price] = MappingProxyType(
    {
        Meter.API_REQUEST: Price(
            service="API Gateway",
            tiers=((333e6, 3.50e-6), (1e9, 2.80e-6), (20e9, 2.38e-6), (math.inf, 1.51e-6)),
            page=_API,
        ),
        Meter.WEBSOCKET_MESSAGE: Price(service="API Gateway", tiers=((1e9, 1e-6), (math.inf, 0.8e-6)), page=_API),
        Meter.WEBSOCKET_MINUTE: _flat("API Gateway", 0.25e-6, _API),
        Meter.LAMBDA_REQUEST: _flat("Lambda", 0.20e-6, _LAMBDA),
        Meter.LAMBDA_GB_SECOND: Price(service="Lambda", tiers=_COMPUTING, page=_LAMBDA),
        Meter.LAMBDA_WAITED_GB_SECOND: Price(service="Lambda, waiting", tiers=_COMPUTING, page=_LAMBDA),
        Meter.LAMBDA_DISK_GB_SECOND: _flat("Lambda", 0.0000000309, _LAMBDA),
        Meter.KINESIS_SHARD_HOUR: _flat("Kinesis", 0.015, _KINESIS),
        Meter.KINESIS_KEPT_SHARD_HOUR: _flat("Kinesis", 0.020, _KINESIS, SECONDARY),
        Meter.KINESIS_PUT_UNIT: _flat("Kinesis", 0.014e-6, _KINESIS),
        Meter.DYNAMODB_WRITE: _flat("DynamoDB", 0.625e-6, _DYNAMODB, NEIGHBOUR),
        Meter.DYNAMODB_READ: _flat("DynamoDB", 0.125e-6, _DYNAMODB, NEIGHBOUR),
        Meter.DYNAMODB_GB_MONTH: _flat("DynamoDB", 0.25, _DYNAMODB, NEIGHBOUR),
        Meter.DYNAMODB_BACKUP_GB_MONTH: _flat("DynamoDB", 0.20, _DYNAMODB, NEIGHBOUR),
        Meter.S3_WRITE: _flat("S3 requests", 5e-6, _S3),
        Meter.S3_READ: _flat("S3 requests", 0.4e-6, _S3),
        Meter.S3_GB_MONTH: _flat("S3 storage", 0.023, _S3),  # of the first 50 TB
        Meter.ATHENA_TB: _flat("Athena", 5.0, f"{_AWS}athena/pricing/", SECONDARY),
        Meter.STEP_TRANSITION: _flat("Step Functions", 0.025e-3, f"{_AWS}step-functions/pricing/"),
        Meter.GLUE_REQUEST: _flat("Glue", 1e-6, f"{_AWS}glue/pricing/"),
        Meter.SQS_REQUEST: _flat("SQS", 0.40e-6, f"{_AWS}sqs/pricing/"),
        Meter.EVENT: _flat("EventBridge", 1e-6, f"{_AWS}eventbridge/pricing/"),
        Meter.LOG_GB: _flat("CloudWatch", 0.50, _CLOUDWATCH),
        Meter.LOG_GB_MONTH: _flat("CloudWatch", 0.03, _CLOUDWATCH),
        Meter.METRIC: _flat("CloudWatch", 0.30, _CLOUDWATCH, SECONDARY),
        Meter.ALARM_METRIC: _flat("CloudWatch", 0.10, _CLOUDWATCH),
        Meter.DASHBOARD: _flat("CloudWatch", 3.0, _CLOUDWATCH),
        Meter.TRACE: _flat("X-Ray", 5e-6, f"{_AWS}xray/pricing/", SECONDARY),
        Meter.CLOUDFRONT_REQUEST: _flat("CloudFront", 1e-6, _CLOUDFRONT),
        Meter.CLOUDFRONT_GB: _flat("CloudFront", 0.085, _CLOUDFRONT),
        Meter.KMS_KEY: _flat("KMS", 1.0, _KMS),
        Meter.KMS_SIGNATURE: _flat("KMS", 0.15e-4, _KMS),
        Meter.WAF_ACL: _flat("WAF", 5.0, _WAF),
        Meter.WAF_RULE: _flat("WAF", 1.0, _WAF),
        Meter.WAF_REQUEST: _flat("WAF", 0.60e-6, _WAF),
        Meter.SECRET: _flat("Secrets Manager", 0.40, f"{_AWS}secrets-manager/pricing/"),
    }
)


def dollars(meter: Meter, units: float) -> float:
    """Return what so many units cost in a month."""
    charged, begin = 0.0, 0.0
    for end, price in PRICES[meter].tiers:
        charged += max(0.0, min(units, end) - begin) * price
        begin = end
    return charged


def by_service(usage: Mapping[Meter, float]) -> dict[str, float]:
    """Return the dollars of each service, the dearest first."""
    found: dict[str, float] = {}
    for meter, units in usage.items():
        service = PRICES[meter].service
        found[service] = found.get(service, 0.0) + dollars(meter, units)
    return dict(sorted(found.items(), key=lambda each: -each[1]))
