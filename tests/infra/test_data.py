"""The stateful resources of the template."""

from typing import Any

import pytest

from infra.resources import BUCKETS, DYNAMO_TABLES, QUEUES, STREAMS
from shared.lake.catalog.table import ExternalTable
from shared.lake.catalog.tables import EXTERNAL_TABLES
from shared.runtime.resources import Queue
from tests.infra.assembly import Assembly, flat


def bucket(assembly: Assembly, part: str) -> tuple[str, Any]:
    """Logical id and properties of a bucket."""
    name = f"tally-{assembly.stage.name}-{part}-<AccountId>-<Region>"
    (found,) = [
        (each, properties)
        for each, properties in assembly.of_type("AWS::S3::Bucket").items()
        if flat(properties["BucketName"]) == name
    ]
    return found


def test_no_bucket_is_public_unencrypted_or_reachable_without_tls(dev: Assembly) -> None:
    policies = {each["Bucket"]["Ref"]: each for each in dev.of_type("AWS::S3::BucketPolicy").values()}

    for name, properties in dev.of_type("AWS::S3::Bucket").items():
        assert set(properties["PublicAccessBlockConfiguration"].values()) == {True}
        (rule,) = properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        assert rule["ServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
        refusals = [
            each
            for each in policies[name]["PolicyDocument"]["Statement"]
            if each["Effect"] == "Deny" and each["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
        ]
        assert refusals


def test_the_lake_is_versioned_and_expires_objects_as_declared(dev: Assembly, prod: Assembly) -> None:
    (lake, *_) = BUCKETS
    for assembly, days in ((dev, 7), (prod, 30)):
        _, properties = bucket(assembly, "lake")

        rules = {each["Id"]: each for each in properties["LifecycleConfiguration"]["Rules"]}

        assert properties["VersioningConfiguration"] == {"Status": "Enabled"}
        kept = {each["Prefix"]: each["ExpirationInDays"] for each in rules.values() if "ExpirationInDays" in each}
        assert kept == dict(lake.expire_days)
        assert rules["forget-old-versions"]["NoncurrentVersionExpiration"] == {"NoncurrentDays": days}
        assert rules["abort-uploads"]["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 2}


def test_versions_of_merged_deliveries_are_kept_for_a_day(dev: Assembly, prod: Assembly, local: Assembly) -> None:
    for assembly in (dev, prod, local):
        rules = bucket(assembly, "lake")[1]["LifecycleConfiguration"]["Rules"]

        kept = {
            each["Prefix"]: each["NoncurrentVersionExpiration"]["NoncurrentDays"]
            for each in rules
            if "Prefix" in each and "NoncurrentVersionExpiration" in each
        }

        assert kept == {"incoming/": 1}


def test_the_bucket_of_the_tables_keeps_no_versions_and_expires_no_files(dev: Assembly, prod: Assembly) -> None:
    """Snapshots are the history; a file that expired would be missing in some of them."""
    for assembly in (dev, prod):
        _, properties = bucket(assembly, "tables")

        (rule,) = properties["LifecycleConfiguration"]["Rules"]

        assert "VersioningConfiguration" not in properties
        assert rule["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 2}
        assert "ExpirationInDays" not in rule


def test_query_results_expire_after_a_week(dev: Assembly) -> None:
    _, properties = bucket(dev, "results")

    assert [
        each["ExpirationInDays"]
        for each in properties["LifecycleConfiguration"]["Rules"]
        if "ExpirationInDays" in each and "Prefix" not in each
    ] == [7]


@pytest.mark.parametrize(("stage", "mode"), [("local", "GOVERNANCE"), ("dev", "GOVERNANCE"), ("prod", "COMPLIANCE")])
def test_audit_anchors_are_locked_and_do_not_expire_while_locked(
    stage: str, mode: str, request: pytest.FixtureRequest
) -> None:
    (days,) = [each.locked_days for each in BUCKETS if each.locked_days]
    _, properties = bucket(request.getfixturevalue(stage), "anchors")

    retention = properties["ObjectLockConfiguration"]["Rule"]["DefaultRetention"]

    assert (properties["ObjectLockEnabled"], retention) == (True, {"Mode": mode, "Days": days})
    assert properties["VersioningConfiguration"] == {"Status": "Enabled"}
    assert {each["Id"] for each in properties["LifecycleConfiguration"]["Rules"]} == {"abort-uploads"}


def test_bucket_access_is_logged_where_the_stage_keeps_access_logs(dev: Assembly, local: Assembly) -> None:
    logs, _ = bucket(dev, "access-logs")

    for part in ("lake", "tables", "results"):
        assert bucket(dev, part)[1]["LoggingConfiguration"]["DestinationBucketName"] == {"Ref": logs}
        assert "LoggingConfiguration" not in bucket(local, part)[1]


def test_incoming_objects_notify_the_merge_queue_and_files_the_upload_queue(dev: Assembly) -> None:
    _, lake = bucket(dev, "lake")
    queues = dev.of_type("AWS::SQS::Queue")

    notices = lake["NotificationConfiguration"]["QueueConfigurations"]

    assert {notice["Event"] for notice in notices} == {"s3:ObjectCreated:*"}
    told = {
        notice["Filter"]["S3Key"]["Rules"][0]["Value"]: queues[notice["Queue"]["Fn::GetAtt"][0]]["QueueName"]
        for notice in notices
    }
    assert told == {"incoming/": "tally-dev-merge-queue", "uploads/": "tally-dev-upload-queue"}


def test_configured_origins_may_put_files_into_the_lake_and_read_nothing(dev: Assembly, prod: Assembly) -> None:
    (rule,) = bucket(dev, "lake")[1]["CorsConfiguration"]["CorsRules"]

    assert rule["AllowedOrigins"] == list(dev.stage.cors_origins)
    assert rule["AllowedMethods"] == ["PUT"]
    assert "CorsConfiguration" not in bucket(dev, "anchors")[1]
    (of_the_domain,) = bucket(prod, "lake")[1]["CorsConfiguration"]["CorsRules"]
    assert of_the_domain["AllowedOrigins"] == ["https://analytics.example.com"]


def test_any_origin_may_read_a_redirected_response(dev: Assembly, prod: Assembly) -> None:
    (rule,) = bucket(dev, "results")[1]["CorsConfiguration"]["CorsRules"]

    assert (rule["AllowedOrigins"], rule["AllowedMethods"]) == (["*"], ["GET"])
    assert bucket(prod, "results")[1]["CorsConfiguration"]["CorsRules"] == [rule]


def test_a_stored_large_response_expires_after_a_day(dev: Assembly) -> None:
    rules = bucket(dev, "results")[1]["LifecycleConfiguration"]["Rules"]

    assert {rule.get("Prefix"): rule["ExpirationInDays"] for rule in rules if "ExpirationInDays" in rule} == {
        None: 7,
        "answers/": 1,
    }


def test_fed_queues_admit_only_the_lake_bucket_of_this_account_before_it_is_created(dev: Assembly) -> None:
    name, _ = bucket(dev, "lake")
    waits_for = dev.templates["data"]["Resources"][name]["DependsOn"]

    allowed = {
        policy: statement
        for policy, each in dev.of_type("AWS::SQS::QueuePolicy").items()
        for statement in each["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Allow" and statement["Principal"] == {"Service": "s3.amazonaws.com"}
    }

    assert len(allowed) == len([queue for queue in QUEUES if queue.fed_by_prefix])
    assert allowed.keys() <= set(waits_for)
    for statement in allowed.values():
        assert statement["Condition"]["StringEquals"] == {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
        source = flat(statement["Condition"]["ArnEquals"]["aws:SourceArn"])
        assert source == "arn:<Partition>:s3:::tally-dev-lake-<AccountId>-<Region>"


def test_every_queue_is_encrypted_and_requires_tls(dev: Assembly) -> None:
    refusing = {
        policy["Queues"][0]["Ref"]
        for policy in dev.of_type("AWS::SQS::QueuePolicy").values()
        for statement in policy["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Deny" and "aws:SecureTransport" in statement["Condition"]["Bool"]
    }

    queues = dev.of_type("AWS::SQS::Queue")

    assert refusing == queues.keys()
    assert all(each["SqsManagedSseEnabled"] is True for each in queues.values())


@pytest.mark.parametrize("declared", QUEUES, ids=lambda queue: queue.label)
def test_failed_messages_stay_two_weeks_in_the_dead_letter_queue(declared: Queue, dev: Assembly) -> None:
    queues = dev.of_type("AWS::SQS::Queue")
    name = f"tally-dev-{declared.name.replace('_', '-')}"
    (fed,) = [each for each in queues.values() if each["QueueName"] == name]

    letters = queues[fed["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]]

    assert fed["RedrivePolicy"]["maxReceiveCount"] == declared.max_receives
    assert letters["MessageRetentionPeriod"] == 14 * 24 * 3600


@pytest.mark.parametrize("table", DYNAMO_TABLES, ids=lambda table: table.label)
def test_a_table_has_the_declared_keys_indexes_and_retention(table: Any, dev: Assembly) -> None:
    name = f"tally-dev-{table.name.replace('_', '-')}"
    (made,) = [each for each in dev.of_type("AWS::DynamoDB::Table").values() if each["TableName"] == name]

    keys = {each["KeyType"]: each["AttributeName"] for each in made["KeySchema"]}
    indexes = {
        each["IndexName"]: each["Projection"].get("NonKeyAttributes") for each in made.get("GlobalSecondaryIndexes", [])
    }

    assert (keys["HASH"], keys.get("RANGE")) == (table.partition_key, table.sort_key)
    assert indexes == {index.name: list(index.attributes or ()) or None for index in table.indexes}
    assert made["BillingMode"] == "PAY_PER_REQUEST"
    assert made["SSESpecification"] == {"SSEEnabled": True}
    assert made["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert made.get("TimeToLiveSpecification", {}).get("AttributeName") == table.expires_by


def test_the_stream_has_its_shards_and_is_encrypted(dev: Assembly) -> None:
    (declared,) = STREAMS
    (made,) = dev.of_type("AWS::Kinesis::Stream").values()

    assert made["ShardCount"] == declared.shards
    assert made["RetentionPeriodHours"] == declared.retention_hours
    assert made["StreamEncryption"] == {"EncryptionType": "KMS", "KeyId": "alias/aws/kinesis"}


def test_cloudformation_knows_no_iceberg_table_whose_metadata_it_could_put_back(dev: Assembly) -> None:
    tables = {each["TableInput"]["Name"] for each in dev.of_type("AWS::Glue::Table").values()}

    assert tables == {table.name for table in EXTERNAL_TABLES}


def test_the_database_of_production_outlives_its_stack_with_its_tables(dev: Assembly, prod: Assembly) -> None:
    kept = {
        assembly.stage.name: resource["DeletionPolicy"]
        for assembly in (dev, prod)
        for _, resource in assembly.resources()
        if resource["Type"] == "AWS::Glue::Database"
    }

    assert kept == {"dev": "Delete", "prod": "RetainExceptOnCreate"}


@pytest.mark.parametrize("table", EXTERNAL_TABLES, ids=lambda table: table.name)
def test_athena_sees_every_external_table_with_its_columns_and_projected_days(
    table: ExternalTable, dev: Assembly
) -> None:
    tables = {each["TableInput"]["Name"]: each for each in dev.of_type("AWS::Glue::Table").values()}
    made = tables[table.name]["TableInput"]
    location = f"s3://tally-dev-lake-<AccountId>-<Region>/{table.prefix}"

    columns = [(each["Name"], each["Type"]) for each in made["StorageDescriptor"]["Columns"]]

    assert tables[table.name]["DatabaseName"] == "tally_dev_lake"
    assert columns == [(column.name, column.glue_type) for column in table.columns]
    assert flat(made["StorageDescriptor"]["Location"]) == location
    assert made["PartitionKeys"] == [{"Name": "dt", "Type": "string"}]
    assert made["Parameters"]["projection.enabled"] == "true"
    assert flat(made["Parameters"]["storage.location.template"]) == f"{location}dt=${{dt}}/"


def test_a_query_has_the_scan_limit_and_result_location_of_its_stage(dev: Assembly) -> None:
    (group,) = dev.of_type("AWS::Athena::WorkGroup").values()
    configuration = group["WorkGroupConfiguration"]

    assert group["Name"] == "tally-dev"
    assert configuration["EnforceWorkGroupConfiguration"] is True
    assert configuration["EngineVersion"] == {"SelectedEngineVersion": "Athena engine version 3"}
    assert configuration["BytesScannedCutoffPerQuery"] == dev.stage.query_scan_limit_bytes
    results = configuration["ResultConfiguration"]
    assert flat(results["OutputLocation"]) == "s3://tally-dev-results-<AccountId>-<Region>/athena/"
    assert results["EncryptionConfiguration"] == {"EncryptionOption": "SSE_S3"}
