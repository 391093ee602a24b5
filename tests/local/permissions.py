"""Holds the calls of deployed functions against the policies of their roles, as AWS would."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from ministack.core.iam_evaluator import (  # type: ignore[import-untyped] # it ships no types
    EvalContext,
    ParsedStatement,
    evaluate,
    parse_policy_document,
)

from infra.local.calls.call_log import Call
from infra.local.calls.permissions import CONDITION_KEYS, Permission
from infra.local.emulator.credentials import ACCOUNT, REGION

Statements = list[ParsedStatement]

_BY_KEY = dict.fromkeys(("dynamodb:BatchGetItem", "dynamodb:Query"), "dynamodb:GetItem")
"""Ways of reading by keys: who needs one is allowed all, and learns no more by that."""


@dataclass(frozen=True, order=True)
class Right:
    """An action on a pattern of resources."""

    action: str
    resource: str


@dataclass(frozen=True)
class Roles:
    """The statements of each function's role, by the name of the function."""

    statements: Mapping[str, Statements]

    @classmethod
    def deployed(cls, functions: Any, iam: Any) -> "Roles":
        """Read the roles of all functions with clients of Lambda and IAM."""
        pages = functions.get_paginator("list_functions").paginate()
        made = [each for page in pages for each in page["Functions"]]
        return cls({each["FunctionName"]: list(_of_role(iam, each["Role"].split("/")[-1])) for each in made})

    def refusals(self, calls: Iterable[Call]) -> Iterator[str]:
        """Yield a sentence on each call that AWS would refuse."""
        for call in calls:
            if call.function and call.function not in self.statements:
                yield f"{call.function} is no function, and called {call.permission.action}"
            elif not any(is_allowed(self.statements[each], call.permission) for each in self._callers(call)):
                yield _refusal(call)

    def unused(self, calls: Iterable[Call]) -> set[Right]:
        """Return what functions are allowed, and none of those that are needed it for a call."""
        needed: dict[tuple[str, str], list[Permission]] = {}
        for call in calls:
            for function in self._callers(call):
                needed.setdefault((function, call.permission.action), []).append(call.permission)
        used: set[Right] = set()
        for function, action, resource, conditions in self._rights():
            one = ParsedStatement("", "Allow", [action], [], [resource], [], conditions)
            right = _right(action, resource)
            if right not in used and any(is_allowed([one], each) for each in needed.get((function, action), ())):
                used.add(right)
        return self.granted - used

    @property
    def granted(self) -> set[Right]:
        """What functions are allowed."""
        return {_right(action, resource) for _, action, resource, _ in self._rights()}

    def _rights(self) -> Iterator[tuple[str, str, str, Any]]:
        for function, statements in self.statements.items():
            for statement in statements:
                for action, resource in product(statement.actions, statement.resources):
                    yield function, action, resource, statement.conditions

    def unknown_conditions(self) -> set[str]:
        """Return the condition keys of policies whose values no call records."""
        used = {
            key
            for statements in self.statements.values()
            for statement in statements
            for keys in statement.conditions.values()
            for key in keys
        }
        return used - set(CONDITION_KEYS)

    def _callers(self, call: Call) -> Iterable[str]:
        """Return who may have made a call: a presigned address does not say which function signed it."""
        return [call.function] if call.function else self.statements


def _right(action: str, resource: str) -> Right:
    return Right(_BY_KEY.get(action, action), resource)


def is_allowed(statements: Statements, permission: Permission) -> bool:
    """Return whether statements allow what a permission is for."""
    context = EvalContext(
        principal_arn=f"arn:aws:iam::{ACCOUNT}:role/role",
        principal_type="AssumedRole",
        principal_account=ACCOUNT,
        action=permission.action,
        resource_arn=permission.resource,
        region=REGION,
        service_context={key.lower(): value for key, value in permission.context.items()},
    )
    return bool(evaluate(context, [statements]).decision == "Allow")


def _of_role(iam: Any, role: str) -> Iterator[ParsedStatement]:
    for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        yield from parse_policy_document(iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"])


def _refusal(call: Call) -> str:
    needed = call.permission
    who = f"{call.function} may not" if call.function else "No function that signs addresses may"
    under = f" with {dict(needed.context)}" if needed.context else ""
    return f"{who} {needed.action} on {needed.resource}{under}"
