"""Accepts findings of cdk-nag, with the reason, next to the construct that causes them."""

from collections.abc import Iterable, Mapping
from typing import Any

from aws_cdk import Acknowledgment, Stack, Validations
from aws_cdk import aws_iam as iam
from constructs import IConstruct


def accept(construct: IConstruct, findings: Mapping[str, str]) -> None:
    """Accept findings on a construct and its children, each with a reason."""
    for finding, reason in findings.items():
        Validations.of(construct).acknowledge(Acknowledgment(id=f"AwsSolutions-{finding}", reason=reason))


def accept_wildcards(role: iam.Role, statements: Iterable[iam.PolicyStatement], reason: str) -> None:
    """Accept exactly the wildcards of these statements."""
    resources = {_as_nag_writes(role, arn) for statement in statements for arn in statement.resources}
    accept(role, {f"IAM5[Resource::{arn}]": reason for arn in sorted(resources) if "*" in arn})


def _as_nag_writes(scope: IConstruct, value: str) -> str:
    """Return text with each reference as cdk-nag's finding ids have it: `<AWS::Region>`."""
    return _flat(Stack.of(scope).resolve(value))


def _flat(value: Any) -> str:
    match value:
        case {"Fn::Join": [separator, parts]}:
            return str(separator).join(_flat(part) for part in parts)
        case {"Ref": name}:
            return f"<{name}>"
        case {"Fn::GetAtt": [name, attribute]}:
            return f"<{name}.{attribute}>"
        case _:
            return str(value)
