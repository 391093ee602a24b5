"""The permissions that AWS requires for requests as boto3 sends them."""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from infra.local.calls.permissions import ApiRequest, Lookups, Permission, needed, needed_for_missing
from tests.local.calls.sent_requests import sent

HERE = "us-east-1:000000000000"
TABLE, OBJECT = f"arn:aws:dynamodb:{HERE}:table/sales", "arn:aws:s3:::lake/raw/day=1/a b.json"
KEY = f"arn:aws:kms:{HERE}:key/1234"
ITEM, S3_OBJECT = {"id": {"S": "1"}}, {"Bucket": "lake", "Key": "raw/day=1/a b.json"}
CATALOGUE = [f"arn:aws:glue:{HERE}:{path}" for path in ("catalog", "database/lake", "table/lake/sales")]
LOOKUPS = Lookups(
    key_of=lambda name: (KEY, ["alias/current"]) if name == "alias/current" else None,
    stream_of=lambda iterator: "events" if iterator == "iterator" else None,
    work_group_of=lambda execution: "reports" if execution == "query" else None,
)


def pairs(permissions: Iterator[Permission]) -> list[tuple[str, str]]:
    """Return actions and resources."""
    return [(each.action, each.resource) for each in permissions]


@pytest.mark.parametrize(
    ("operation", "parameters", "expected"),
    [
        ("get_object", S3_OBJECT, [("s3:GetObject", OBJECT)]),
        ("head_object", S3_OBJECT, [("s3:GetObject", OBJECT)]),
        ("get_object", {**S3_OBJECT, "VersionId": "v1"}, [("s3:GetObjectVersion", OBJECT)]),
        ("put_object", S3_OBJECT, [("s3:PutObject", OBJECT)]),
        ("put_object", {**S3_OBJECT, "IfNoneMatch": "*"}, [("s3:PutObject", OBJECT)]),
        ("put_object", {**S3_OBJECT, "IfMatch": '"1"'}, [("s3:PutObject", OBJECT), ("s3:GetObject", OBJECT)]),
        ("put_object", {**S3_OBJECT, "Tagging": "a=b"}, [("s3:PutObject", OBJECT), ("s3:PutObjectTagging", OBJECT)]),
        ("create_multipart_upload", S3_OBJECT, [("s3:PutObject", OBJECT)]),
        ("abort_multipart_upload", {**S3_OBJECT, "UploadId": "u"}, [("s3:AbortMultipartUpload", OBJECT)]),
        ("list_parts", {**S3_OBJECT, "UploadId": "u"}, [("s3:ListMultipartUploadParts", OBJECT)]),
        (
            "copy_object",
            {**S3_OBJECT, "CopySource": {"Bucket": "from", "Key": "it"}},
            [("s3:PutObject", OBJECT), ("s3:GetObject", "arn:aws:s3:::from/it")],
        ),
        (
            "delete_objects",
            {"Bucket": "lake", "Delete": {"Objects": [{"Key": "a"}, {"Key": "b"}]}},
            [("s3:DeleteObject", "arn:aws:s3:::lake/a"), ("s3:DeleteObject", "arn:aws:s3:::lake/b")],
        ),
        (
            "delete_objects",
            {"Bucket": "lake", "Delete": {"Objects": [{"Key": key, "ETag": '"1"'} for key in "ab"]}},
            [(f"s3:{action}Object", f"arn:aws:s3:::lake/{key}") for action in ("Delete", "Get") for key in "ab"],
        ),
        ("list_objects_v2", {"Bucket": "lake"}, [("s3:ListBucket", "arn:aws:s3:::lake")]),
        ("list_object_versions", {"Bucket": "lake"}, [("s3:ListBucketVersions", "arn:aws:s3:::lake")]),
        ("get_bucket_location", {"Bucket": "lake"}, [("s3:GetBucketLocation", "arn:aws:s3:::lake")]),
    ],
)
def test_requests_to_s3(operation: str, parameters: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert pairs(needed(sent("s3", operation, **parameters), LOOKUPS)) == expected


def test_a_listing_has_its_prefix_as_the_value_of_the_condition_key() -> None:
    (listing,) = needed(sent("s3", "list_objects_v2", Bucket="lake", Prefix="raw/"), LOOKUPS)

    assert listing.context == {"s3:prefix": "raw/"}


def test_only_a_read_of_an_absent_object_needs_a_listing_of_its_key() -> None:
    asked = [sent("s3", operation, **S3_OBJECT) for operation in ("get_object", "head_object", "delete_object")]

    found = [list(needed_for_missing(each)) for each in asked]

    listing = Permission("s3:ListBucket", "arn:aws:s3:::lake", {"s3:prefix": S3_OBJECT["Key"]})
    assert found == [[listing], [listing], []]


@pytest.mark.parametrize(
    ("operation", "parameters", "expected"),
    [
        ("get_item", {"TableName": "sales", "Key": ITEM}, [("GetItem", TABLE)]),
        ("query", {"TableName": "sales", "IndexName": "open"}, [("Query", f"{TABLE}/index/open")]),
        ("batch_get_item", {"RequestItems": {"sales": {"Keys": [ITEM]}}}, [("BatchGetItem", TABLE)]),
        (
            "transact_write_items",
            {
                "TransactItems": [
                    {"Put": {"TableName": "sales", "Item": ITEM}},
                    {"ConditionCheck": {"TableName": "sales", "Key": ITEM, "ConditionExpression": "a = b"}},
                ]
            },
            [("PutItem", TABLE), ("ConditionCheckItem", TABLE)],
        ),
    ],
)
def test_requests_to_dynamodb(operation: str, parameters: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    found = pairs(needed(sent("dynamodb", operation, **parameters), LOOKUPS))

    assert found == [(f"dynamodb:{action}", resource) for action, resource in expected]


@pytest.mark.parametrize(
    ("operation", "parameters", "resources"),
    [
        ("get_database", {"Name": "lake"}, CATALOGUE[:2]),
        ("get_table", {"DatabaseName": "lake", "Name": "sales"}, CATALOGUE),
        ("create_table", {"DatabaseName": "lake", "TableInput": {"Name": "sales"}}, CATALOGUE),
        ("get_partitions", {"DatabaseName": "lake", "TableName": "sales"}, CATALOGUE),
        ("get_tables", {"DatabaseName": "lake"}, [*CATALOGUE[:2], f"arn:aws:glue:{HERE}:table/lake/*"]),
    ],
)
def test_glue_checks_the_catalogue_the_database_and_the_table(
    operation: str, parameters: dict[str, Any], resources: Sequence[str]
) -> None:
    found = pairs(needed(sent("glue", operation, **parameters), LOOKUPS))

    action = f"glue:{operation.title().replace('_', '')}"
    assert found == [(action, resource) for resource in resources]


QUEUE, TOPIC = f"https://sqs.us-east-1.amazonaws.com/{'0' * 12}/jobs", f"arn:aws:sns:{HERE}:news"
MACHINE, EXECUTION = f"arn:aws:states:{HERE}:stateMachine:run", f"arn:aws:states:{HERE}:execution:run:1"


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "expected"),
    [
        (
            "sqs",
            "send_message",
            {"QueueUrl": QUEUE, "MessageBody": "m"},
            ("sqs:SendMessage", f"arn:aws:sqs:{HERE}:jobs"),
        ),
        (
            "sqs",
            "send_message_batch",
            {"QueueUrl": QUEUE, "Entries": [{"Id": "1", "MessageBody": "m"}]},
            ("sqs:SendMessage", f"arn:aws:sqs:{HERE}:jobs"),
        ),
        ("sns", "publish", {"TopicArn": TOPIC, "Message": "m"}, ("sns:Publish", TOPIC)),
        ("stepfunctions", "start_execution", {"stateMachineArn": MACHINE}, ("states:StartExecution", MACHINE)),
        ("stepfunctions", "stop_execution", {"executionArn": EXECUTION}, ("states:StopExecution", EXECUTION)),
        (
            "events",
            "put_events",
            {"Entries": [{"EventBusName": "bus", "Detail": "{}"}]},
            ("events:PutEvents", f"arn:aws:events:{HERE}:event-bus/bus"),
        ),
        (
            "kinesis",
            "put_record",
            {"StreamName": "events", "Data": b"1", "PartitionKey": "1"},
            ("kinesis:PutRecord", f"arn:aws:kinesis:{HERE}:stream/events"),
        ),
        (
            "kinesis",
            "get_records",
            {"ShardIterator": "iterator"},
            ("kinesis:GetRecords", f"arn:aws:kinesis:{HERE}:stream/events"),
        ),
        (
            "athena",
            "get_work_group",
            {"WorkGroup": "reports"},
            ("athena:GetWorkGroup", f"arn:aws:athena:{HERE}:workgroup/reports"),
        ),
        (
            "athena",
            "get_query_results",
            {"QueryExecutionId": "query"},
            ("athena:GetQueryResults", f"arn:aws:athena:{HERE}:workgroup/reports"),
        ),
        (
            "apigatewaymanagementapi",
            "post_to_connection",
            {"ConnectionId": "a=", "Data": b"1"},
            ("execute-api:ManageConnections", f"arn:aws:execute-api:{HERE}:api1/live/POST/@connections/a="),
        ),
    ],
)
def test_requests_to_other_services(
    service: str, operation: str, parameters: dict[str, Any], expected: tuple[str, str]
) -> None:
    assert pairs(needed(sent(service, operation, **parameters), LOOKUPS)) == [expected]


def test_a_key_named_by_an_alias_is_the_key_with_all_its_aliases() -> None:
    request = sent("kms", "sign", KeyId="alias/current", Message=b"1", SigningAlgorithm="ECDSA_SHA_256")

    assert list(needed(request, LOOKUPS)) == [Permission("kms:Sign", KEY, {"kms:ResourceAliases": ["alias/current"]})]


def test_a_request_that_nothing_is_known_of_needs_what_no_policy_allows() -> None:
    (unknown,) = needed(ApiRequest(service="sqs", method="PATCH", path="/new"), LOOKUPS)

    assert unknown == Permission("sqs:PATCH /new", "*")
