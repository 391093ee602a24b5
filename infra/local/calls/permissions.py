"""The permissions that AWS requires for a request to one of its APIs.

The emulator's own tables, which it uses when it enforces policies, name the action and the resource of most requests;
what they leave out of the services that functions call is added here.
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qs

import orjson
from ministack.core import iam_actions  # type: ignore[import-untyped] # it ships no types

from infra.local.emulator.credentials import ACCOUNT, REGION

CONDITION_KEYS = ("s3:prefix", "kms:ResourceAliases")
"""The keys whose values are recorded: policies may use no other in their conditions."""

_BATCHES = {
    "sqs:ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
    "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
    "sqs:SendMessageBatch": "sqs:SendMessage",
    "sns:PublishBatch": "sns:Publish",
}
_WITH_HEADER = {
    "x-amz-acl": "s3:PutObjectAcl",
    "x-amz-object-lock-legal-hold": "s3:PutObjectLegalHold",
    "x-amz-object-lock-mode": "s3:PutObjectRetention",
    "x-amz-tagging": "s3:PutObjectTagging",
    "if-match": "s3:GetObject",
}
"""What a write of an object needs besides, by header."""
_CONNECTION = re.compile(r"/_aws/execute-api/(?P<api>[^/]+)/(?P<stage>[^/]+)/(?P<path>@connections/.+)")


@dataclass(frozen=True, slots=True)
class Permission:
    """An action on a resource, under the values that a request has for `CONDITION_KEYS`."""

    action: str
    resource: str
    context: Mapping[str, str | Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiRequest:
    """A request to an AWS API, its header names in lower case and its path decoded."""

    service: str
    method: str
    path: str
    query: Mapping[str, list[str]] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def parameters(self) -> Mapping[str, list[str]]:
        """The parameters of the query string and of a form in the body."""
        is_form = "x-www-form-urlencoded" in self.headers.get("content-type", "")
        return {**self.query, **(parse_qs(self.body.decode()) if is_form else {})}

    @property
    def json(self) -> Mapping[str, Any]:
        """The body of a service whose protocol is JSON."""
        return orjson.loads(self.body or b"{}")  # type: ignore[no-any-return] # of such services it is an object

    @property
    def action(self) -> str:
        """The action as IAM writes it; of an unknown request one that no policy allows."""
        found = iam_actions.extract_iam_action(
            self.service, self.method, self.path, self.headers, self.body, self.parameters
        )
        return found or f"{self.service}:{self.method} {self.path}"

    @property
    def resource(self) -> str:
        """The ARN of what the request addresses, `*` if it names nothing."""
        found: str = iam_actions.extract_resource_arn(
            self.service, self.method, self.path, self.headers, self.body, self.parameters, REGION, ACCOUNT
        )
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookups:
    """What a request does not say itself of the resource that it addresses; None for one that does not exist."""

    key_of: Callable[[str], tuple[str, Sequence[str]] | None] = lambda _: None
    """The ARN of a KMS key, which a request may name by an alias, and all its aliases."""
    stream_of: Callable[[str], str | None] = lambda _: None
    """The name of the stream of an iterator of Kinesis."""
    work_group_of: Callable[[str], str | None] = lambda _: None
    """The work group of a query execution of Athena."""


def needed(request: ApiRequest, lookups: Lookups) -> Iterator[Permission]:
    """Yield every permission that a request needs to succeed."""
    yield from _BY_SERVICE.get(request.service, _named)(request, lookups)


def glue_resources(database: str | None, table: str | None) -> list[str]:
    """Return the ARNs on which Glue checks an action: of the catalogue, the database and the table."""
    paths = ["catalog"]
    paths += [f"database/{database}"] if database else []
    paths += [f"table/{database}/{table}"] if table else []
    return [_arn("glue", path) for path in paths]


def needed_for_missing(request: ApiRequest) -> Iterator[Permission]:
    """Yield what the caller needs to learn that an object is absent: S3 answers 403, and only a listing tells why."""
    if request.service == "s3" and request.action == "s3:GetObject":
        _, bucket, key = request.path.split("/", 2)
        yield Permission("s3:ListBucket", f"arn:aws:s3:::{bucket}", {"s3:prefix": key})


def _named(request: ApiRequest, _: Lookups) -> Iterator[Permission]:
    yield Permission(_BATCHES.get(request.action, request.action), request.resource)


def _s3(request: ApiRequest, _: Lookups) -> Iterator[Permission]:
    prefix = request.query.get("prefix")
    yield Permission(request.action, request.resource, {"s3:prefix": prefix[0]} if prefix else {})
    parts = (request.method, request.path, request.headers, request.body, request.query)
    more = iam_actions.s3_additional_checks(*parts)
    for action, resource in more:
        yield Permission(action, resource)
    if request.action == "s3:DeleteObject" and b"<ETag>" in request.body:
        for resource in (request.resource, *(each for _, each in more)):
            yield Permission("s3:GetObject", resource)
    if request.action == "s3:PutObject":
        for header in _WITH_HEADER.keys() & request.headers.keys():
            yield Permission(_WITH_HEADER[header], request.resource)


def _dynamodb(request: ApiRequest, _: Lookups) -> Iterator[Permission]:
    items = iam_actions.dynamodb_transaction_checks(request.action, request.body, REGION, ACCOUNT)
    tables = iam_actions.dynamodb_resource_arns(request.body, REGION, ACCOUNT) or ["*"]
    for action, resource in items or [(request.action, table) for table in tables]:
        yield Permission(action, resource)


def _glue(request: ApiRequest, _: Lookups) -> Iterator[Permission]:
    asked = request.json
    database = asked.get("DatabaseName") or asked.get("Name")
    table = asked.get("TableName") or asked.get("TableInput", {}).get("Name") or asked.get("Name")
    for resource in glue_resources(database, (table or "*") if "DatabaseName" in asked else None):
        yield Permission(request.action, resource)


def _athena(request: ApiRequest, lookups: Lookups) -> Iterator[Permission]:
    asked = request.json
    executions = asked.get("QueryExecutionIds") or [asked[key] for key in ("QueryExecutionId",) if key in asked]
    groups = [lookups.work_group_of(each) for each in executions] or [asked.get("WorkGroup", "primary")]
    for group in filter(None, groups):
        yield Permission(request.action, _arn("athena", f"workgroup/{group}"))


def _kms(request: ApiRequest, lookups: Lookups) -> Iterator[Permission]:
    if key := lookups.key_of(request.json["KeyId"]):
        yield Permission(request.action, key[0], {"kms:ResourceAliases": key[1]})


def _kinesis(request: ApiRequest, lookups: Lookups) -> Iterator[Permission]:
    if "ShardIterator" not in request.json:
        yield Permission(request.action, request.resource)
    elif stream := lookups.stream_of(request.json["ShardIterator"]):
        yield Permission(request.action, _arn("kinesis", f"stream/{stream}"))


def _events(request: ApiRequest, _: Lookups) -> Iterator[Permission]:
    for bus in iam_actions.eventbridge_resource_arns(request.body, REGION, ACCOUNT):
        yield Permission(request.action, bus)


def _execute_api(request: ApiRequest, _: Lookups) -> Iterator[Permission]:
    found = _CONNECTION.fullmatch(request.path)
    if found is None:
        yield Permission(f"execute-api:{request.method} {request.path}", "*")
    else:
        path = f"{found['api']}/{found['stage']}/{request.method}/{found['path']}"
        yield Permission("execute-api:ManageConnections", _arn("execute-api", path))


def _arn(service: str, path: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{path}"


_BY_SERVICE: Mapping[str, Callable[[ApiRequest, Lookups], Iterator[Permission]]] = MappingProxyType(
    {
        "athena": _athena,
        "dynamodb": _dynamodb,
        "events": _events,
        "execute-api": _execute_api,
        "glue": _glue,
        "kinesis": _kinesis,
        "kms": _kms,
        "s3": _s3,
    }
)
