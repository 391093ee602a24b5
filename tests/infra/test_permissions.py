"""The permissions of the functions' roles in the template, compared with the manifest."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from functions.declaration import Function, ScheduleTrigger, StreamTrigger, TableStreamTrigger, TriggeredFunction
from functions.manifest import FUNCTIONS
from infra.resources import DYNAMO_TABLES
from shared.alerts.queue import ALERT_QUEUE
from shared.app.large_responses import RESULTS_BUCKET
from shared.athena.client import WORK_GROUP
from shared.audit.checkpoints import ANCHORS_BUCKET
from shared.auth.signing import SIGNING_KEYS
from shared.customers.run_files import CUSTOMER_RUNS_BUCKET
from shared.dashboards.refresh_requests import WIDGET_QUEUE
from shared.events.bus import EVENT_BUS
from shared.ingestion.stream.producer import EVENT_STREAM
from shared.ingestion.uploads.queue import UPLOAD_QUEUE
from shared.lake.catalog.tables import LAKE_DATABASE
from shared.lake.storage.object_store import LAKE_BUCKET, TABLES_BUCKET
from shared.live.deliveries import DELIVERY_QUEUE
from shared.live.posting import OPEN_CONNECTIONS
from shared.merging.queue import MERGE_QUEUE, ROLLUP_QUEUE
from shared.notifications.queue import NOTIFICATION_QUEUE
from shared.notifications.topic import NOTIFICATION_TOPIC
from shared.push.queue import PUSH_QUEUE
from shared.replay.run_files import REPLAY_RUNS_BUCKET
from shared.replay.workflow import REPLAY_RUN
from shared.runtime.resources import DeadLetterQueue, Resource, Write
from tests.infra.assembly import Assembly, flat

_LAKE = "arn:<Partition>:s3:::tally-dev-lake-<AccountId>-<Region>"
_TABLES = "arn:<Partition>:s3:::tally-dev-tables-<AccountId>-<Region>"
_CATALOGUE = {
    f"arn:<Partition>:glue:<Region>:<AccountId>:{path}"
    for path in ("catalog", "database/tally_dev_lake", "table/tally_dev_lake/*")
}
_COMMITTING = ("merger", "reconciler", "rollup_job", "table_maintenance", "table_setup")
_WITH_FRESHNESS = {
    *("alert_evaluator", "alerts", "dashboards", "deliverer", "drift", "exports", "fraud", "health_watch"),
    *("metrics", "pipelines", "products", "pusher", "widget_refresher"),
}
_WITH_WIDGETS = {"dashboards", "deliverer", "pusher", "widget_refresher"}
_SCANNING = {
    "keys": {"auth"},  # their list
    "customers": {"customer_segments"},  # profiles of a former layout, which no index has
    "sources": {*_WITH_FRESHNESS, "ingest", "quality"},
    "stream_positions": _WITH_FRESHNESS,
    "drift_baselines": {*_WITH_WIDGETS, "alert_evaluator", "alerts", "drift", "drift_baselines"},
}
_WRITES = {
    Write.PUT: "PutItem",
    Write.UPDATE: "UpdateItem",
    Write.DELETE: "DeleteItem",
    Write.BATCH: "BatchWriteItem",
    Write.CHECK: "ConditionCheckItem",
}
_DELETING = {
    **{f"lake/{former}/*": {"merger"} for former in ("base", "rollup", "keys")},
    "lake/incoming/*": {"merger"},
    "lake/quarantine/*": {"file_loader", "ingest", "stream_consumer", "sweeper"},
    "lake/reconciliations/*": {"reconciler"},
    "lake/redrives/*": {"ingest", "sweeper"},
    "lake/uploads/*": {"file_loader"},
    "tables/*": set(_COMMITTING),
}
_OBSERVABILITY = {"logs", "xray"}
_SERVICES = {
    LAKE_BUCKET: "s3",
    TABLES_BUCKET: "s3",
    RESULTS_BUCKET: "s3",
    CUSTOMER_RUNS_BUCKET: "s3",
    REPLAY_RUNS_BUCKET: "s3",
    ANCHORS_BUCKET: "s3",
    LAKE_DATABASE: "glue",
    WORK_GROUP: "athena",
    EVENT_STREAM: "kinesis",
    MERGE_QUEUE: "sqs",
    ROLLUP_QUEUE: "sqs",
    UPLOAD_QUEUE: "sqs",
    NOTIFICATION_QUEUE: "sqs",
    NOTIFICATION_TOPIC: "sns",
    WIDGET_QUEUE: "sqs",
    ALERT_QUEUE: "sqs",
    EVENT_BUS: "events",
    OPEN_CONNECTIONS: "execute-api",
    REPLAY_RUN: "states",
    PUSH_QUEUE: "sqs",
    DELIVERY_QUEUE: "sqs",
    SIGNING_KEYS: "kms",
}
_CHANGES = ("Put", "Delete", "Update", "BatchWrite", "Send", "Abort", "Create", "Tag", "Untag", "Set", "Add", "Remove")


@dataclass(frozen=True)
class Permission:
    """One action on one resource."""

    action: str
    resource: str


def permissions(assembly: Assembly, function: Function) -> set[Permission]:
    """Everything that a function's role allows, in any policy it has."""
    return {
        Permission(action, flat(resource))
        for statement in statements(assembly, function)
        for action in as_list(statement["Action"])
        for resource in as_list(statement["Resource"])
    }


def statements(assembly: Assembly, function: Function) -> Iterator[Any]:
    """Every statement of a function's role."""
    name = f"tally-{assembly.stage.name}-{function.name.replace('_', '-')}-<Region>"
    ((role, properties),) = [
        (role, each)
        for role, each in assembly.of_type("AWS::IAM::Role").items()
        if flat(each.get("RoleName", "")) == name
    ]
    assert "ManagedPolicyArns" not in properties
    policies = [each for each in assembly.of_type("AWS::IAM::Policy").values() if {"Ref": role} in each["Roles"]]
    for document in (*properties["Policies"], *policies):
        yield from document["PolicyDocument"]["Statement"]


def as_list(value: Any) -> list[Any]:
    """IAM writes a single thing without its list."""
    return value if isinstance(value, list) else [value]


each_function = pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.name)


@each_function
def test_no_role_allows_all_actions_of_a_service(function: Function, dev: Assembly) -> None:
    assert [each for each in permissions(dev, function) if "*" in each.action] == []


@each_function
def test_only_traces_go_to_a_resource_without_a_name(function: Function, dev: Assembly) -> None:
    nameless = {each.action for each in permissions(dev, function) if each.resource == "*"}

    assert nameless == {"xray:PutTraceSegments", "xray:PutTelemetryRecords"}


@each_function
def test_a_role_may_use_only_services_in_the_manifest(function: Function, dev: Assembly) -> None:
    named = {_service(access.resource) for access in (*function.reads, *function.writes, *function.watches)}
    if isinstance(function, TriggeredFunction):
        has_messages = hasattr(function.trigger, "queue") or isinstance(function.trigger, ScheduleTrigger)
        named |= {"sqs"} if has_messages else set()
        named |= {"s3"} if hasattr(function.trigger, "failures") else set()

    reached = {each.action.split(":")[0] for each in permissions(dev, function)}

    assert reached == named | _OBSERVABILITY


@each_function
def test_a_function_may_write_and_read_only_its_declared_tables(function: Function, dev: Assembly) -> None:
    granted = permissions(dev, function)

    for table in DYNAMO_TABLES:
        arn = f":table/tally-dev-{table.name.replace('_', '-')}"
        actions = {each.action.split(":")[1] for each in granted if each.resource.endswith(arn)}
        is_scanned = any(each.scanned for each in function.reads if each.resource is table)
        reads = {"GetItem", "BatchGetItem", "Query", *(["Scan"] if is_scanned else [])}
        changes = {_WRITES[each] for each in table.writes}
        assert actions == set[str]().union(
            reads if _uses(function.reads, table) else (),
            changes if _uses(function.writes, table) else (),
            ("GetItem",) if _uses(function.watches, table) else (),
        )


def test_only_functions_that_need_all_items_of_a_table_may_scan_it(dev: Assembly) -> None:
    scanning = {
        table.name: {each.name for each in FUNCTIONS if "dynamodb:Scan" in _on_table(dev, each, table.name)}
        for table in DYNAMO_TABLES
    }

    assert {name: each for name, each in scanning.items() if each} == _SCANNING


def test_no_function_can_list_or_change_the_entries_of_the_audit_log(dev: Assembly) -> None:
    allowed = {action.removeprefix("dynamodb:") for each in FUNCTIONS for action in _on_table(dev, each, "audit")}

    assert allowed == {"GetItem", "BatchGetItem", "Query", "PutItem"}


def test_only_functions_that_consume_objects_may_delete_them(dev: Assembly) -> None:
    deleting: dict[str, set[str]] = {}
    for function in FUNCTIONS:
        for each in permissions(dev, function):
            if each.action == "s3:DeleteObject":
                deleting.setdefault(each.resource.replace("-<AccountId>-<Region>", ""), set()).add(function.name)

    assert {arn.removeprefix("arn:<Partition>:s3:::tally-dev-"): names for arn, names in deleting.items()} == _DELETING


def _on_table(assembly: Assembly, function: Function, table: str) -> set[str]:
    """The actions on a table that a function's role allows."""
    granted = permissions(assembly, function)
    return {each.action for each in granted if each.resource.endswith(f":table/tally-dev-{table.replace('_', '-')}")}


def test_queries_may_look_at_the_default_database_as_athena_does_for_each(dev: Assembly) -> None:
    asking = [each for each in FUNCTIONS if _uses(each.reads, LAKE_DATABASE)]
    assert asking

    for function in asking:
        granted = permissions(dev, function)
        on_default = {each.action for each in granted if each.resource.endswith(":database/default")}
        assert on_default == {"glue:GetDatabase"}


@each_function
def test_a_function_writes_objects_only_below_the_prefixes_it_writes(function: Function, dev: Assembly) -> None:
    granted = permissions(dev, function)

    written = {each.resource for each in granted if each.action == "s3:PutObject"}
    deleted = {each.resource for each in granted if each.action == "s3:DeleteObject"}
    read = {each.resource for each in granted if each.action == "s3:GetObject"}

    assert {arn for arn in written if arn.startswith(_LAKE)} == _prefixes(function.writes)
    assert {arn for arn in deleted if arn.startswith(_LAKE)} == _prefixes(
        each for each in function.reads if each.deletes
    )
    assert {arn for arn in read if arn.startswith(_LAKE)} == _prefixes(function.reads)


@each_function
def test_a_function_lists_only_below_the_prefixes_it_reads(function: Function, dev: Assembly) -> None:
    listings = [
        each["Condition"]["StringLike"]["s3:prefix"]
        for each in statements(dev, function)
        if each["Action"] == "s3:ListBucket" and flat(each["Resource"]) == _LAKE
    ]

    assert sorted(prefix for (prefix,) in map(as_list, listings)) == sorted(
        f"{access.prefix}/*" for access in (*function.reads, *function.watches) if access.resource is LAKE_BUCKET
    )


@each_function
def test_no_condition_of_a_role_is_met_by_leaving_its_key_out(function: Function, dev: Assembly) -> None:
    operators = {operator for each in statements(dev, function) for operator in each.get("Condition", {})}

    assert operators <= {"StringLike", "ForAnyValue:StringEquals"}


def test_public_routes_read_neither_keys_nor_counters(dev: Assembly) -> None:
    health, docs = (each for name in ("health", "docs") for each in FUNCTIONS if each.name == name)

    assert {each.action.split(":")[0] for each in permissions(dev, docs)} == _OBSERVABILITY
    assert {
        (each.action, each.resource.split(":")[-1])
        for each in permissions(dev, health)
        if each.action.split(":")[0] not in _OBSERVABILITY
    } == {
        ("dynamodb:GetItem", "table/tally-dev-table-states"),
        ("s3:ListBucket", "tally-dev-lake-<AccountId>-<Region>"),
        ("kinesis:DescribeStreamSummary", "stream/tally-dev-event-stream"),
        ("athena:GetWorkGroup", "workgroup/tally-dev"),
    }


def test_the_health_check_may_list_nothing_that_there_is(dev: Assembly) -> None:
    (health,) = [each for each in FUNCTIONS if each.name == "health"]

    listings = [each for each in statements(dev, health) if "s3:ListBucket" in as_list(each["Action"])]

    assert [each["Condition"] for each in listings] == [{"StringLike": {"s3:prefix": ["health/*"]}}]


def test_watched_queues_and_files_are_counted_and_not_read(dev: Assembly) -> None:
    watching = [each for each in FUNCTIONS if each.watches]
    assert watching

    for function in watching:
        for access in function.watches:
            if access.resource is getattr(getattr(function, "trigger", None), "queue", None):
                continue  # it receives the messages
            name = f"tally-dev-{access.resource.name.replace('_', '-')}"
            bucket = f"{name}-<AccountId>-<Region>"
            is_read_elsewhere = access.resource in {each.resource for each in function.reads}
            ends = (f":{name}", f"{bucket}/{access.prefix}/*", *(() if is_read_elsewhere else (bucket,)))
            reached = {each.action for each in permissions(dev, function) if each.resource.endswith(ends)}
            sends = {"sqs:SendMessage"} if access in function.writes else set()
            assert reached <= {"s3:ListBucket", "sqs:GetQueueAttributes", *sends}


def test_a_function_that_watches_glue_and_athena_may_only_ask_whether_they_respond(dev: Assembly) -> None:
    (function,) = [each for each in FUNCTIONS if each.name == "pipelines"]

    reached = {each.action for each in permissions(dev, function) if each.action.startswith(("athena:", "glue:"))}

    assert reached == {"athena:GetWorkGroup", "glue:GetDatabase"}


def test_only_functions_that_commit_may_change_tables_and_none_may_delete_them(dev: Assembly) -> None:
    changing = {
        function.name: {
            (each.action, each.resource)
            for each in permissions(dev, function)
            if each.action.startswith(("glue:Create", "glue:Update", "glue:Delete", "glue:Batch"))
        }
        for function in FUNCTIONS
    }

    granted = {(action, resource) for action in ("glue:CreateTable", "glue:UpdateTable") for resource in _CATALOGUE}
    assert {name: each for name, each in changing.items() if each} == dict.fromkeys(_COMMITTING, granted)


def test_functions_that_query_tables_and_commit_nothing_read_their_files_and_do_not_write_them(dev: Assembly) -> None:
    querying = [each for each in FUNCTIONS if _uses(each.reads, WORK_GROUP) and _uses(each.reads, LAKE_DATABASE)]

    assert [each.name for each in querying if each.name in _COMMITTING] == ["reconciler"]
    reading = [each for each in querying if each.name not in _COMMITTING]
    assert reading
    for function in reading:
        reached = {each.action for each in permissions(dev, function) if each.resource.startswith(_TABLES)}
        assert reached == {"s3:GetObject", "s3:ListBucket", "s3:GetBucketLocation"}


@each_function
def test_a_function_that_only_reads_a_resource_is_allowed_no_action_that_changes_it(
    function: Function, dev: Assembly
) -> None:
    written = {access.resource for access in function.writes}
    only_read = {access.resource for access in function.reads} - written - {LAKE_BUCKET}

    for resource in only_read - {WORK_GROUP}:
        name = resource.name.replace("_", "-")
        changing = [
            each
            for each in permissions(dev, function)
            if each.resource.split("/index")[0].endswith((f"/tally-dev-{name}", f":tally-dev-{name}"))
            and each.action.split(":")[1].startswith(_CHANGES)
        ]
        assert changing == []


@pytest.mark.parametrize("trigger", [StreamTrigger, TableStreamTrigger])
def test_a_function_behind_a_stream_may_store_failed_batches_but_not_delete_them(
    trigger: type[StreamTrigger | TableStreamTrigger], dev: Assembly
) -> None:
    (function,) = [
        each for each in FUNCTIONS if isinstance(each, TriggeredFunction) and isinstance(each.trigger, trigger)
    ]
    assert isinstance(function.trigger, trigger)
    bucket = f"tally-dev-{function.trigger.failures.name.replace('_', '-')}-"

    allowed = {each.action for each in permissions(dev, function) if bucket in each.resource}

    assert allowed == {"s3:ListBucket", "s3:PutObject"}


def test_only_lambda_may_assume_a_function_role(dev: Assembly) -> None:
    principals = {
        flat(role["RoleName"]): statement["Principal"]
        for role in dev.of_type("AWS::IAM::Role").values()
        if "RoleName" in role
        for statement in role["AssumeRolePolicyDocument"]["Statement"]
    }

    assert all(principals[_role_name(each)] == {"Service": "lambda.amazonaws.com"} for each in FUNCTIONS)


def _role_name(function: Function) -> str:
    return f"tally-dev-{function.name.replace('_', '-')}-<Region>"


def _service(resource: Resource) -> str:
    return "sqs" if isinstance(resource, DeadLetterQueue) else _SERVICES.get(resource, "dynamodb")


def _uses(accesses: Any, resource: Resource) -> bool:
    return any(access.resource is resource for access in accesses)


def _prefixes(accesses: Any) -> set[str]:
    return {f"{_LAKE}/{access.prefix}/*" for access in accesses if access.resource is LAKE_BUCKET}
