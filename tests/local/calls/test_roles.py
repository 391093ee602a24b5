"""Calls are held against statements as IAM would."""

from typing import Any

import pytest
from ministack.core.iam_evaluator import parse_policy_document  # type: ignore[import-untyped] # it ships no types

from infra.local.calls.call_log import Call
from infra.local.calls.permissions import Permission
from tests.local.permissions import Right, Roles, is_allowed

LAKE = "arn:aws:s3:::lake"
READ = {"Effect": "Allow", "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": [LAKE, f"{LAKE}/raw/*"]}
DENY = {"Effect": "Deny", "Action": "s3:*", "Resource": f"{LAKE}/raw/secret/*"}
BELOW = {**READ, "Condition": {"StringLike": {"s3:prefix": ["raw/*"]}}}
SIGN = {
    "Effect": "Allow",
    "Action": "kms:Sign",
    "Resource": "arn:aws:kms:us-east-1:000000000000:key/*",
    "Condition": {"ForAnyValue:StringEquals": {"kms:ResourceAliases": ["alias/current", "alias/next"]}},
}
KEY = "arn:aws:kms:us-east-1:000000000000:key/1"


@pytest.mark.parametrize(
    ("statements", "permission", "allowed"),
    [
        ([READ], Permission("s3:GetObject", f"{LAKE}/raw/a/b"), True),
        ([READ], Permission("s3:GetObject", f"{LAKE}/rawer"), False),
        ([READ], Permission("s3:GetObject", f"{LAKE}/RAW/a"), False),
        ([READ], Permission("s3:PutObject", f"{LAKE}/raw/a"), False),
        ([READ, DENY], Permission("s3:GetObject", f"{LAKE}/raw/secret/a"), False),
        ([DENY, READ], Permission("s3:GetObject", f"{LAKE}/raw/a"), True),
        ([BELOW], Permission("s3:ListBucket", LAKE, {"s3:prefix": "raw/2024/"}), True),
        ([BELOW], Permission("s3:ListBucket", LAKE, {"s3:prefix": "other/"}), False),
        ([BELOW], Permission("s3:ListBucket", LAKE, {"s3:prefix": "raw/2024/day.json"}), True),
        ([BELOW], Permission("s3:ListBucket", LAKE), False),
        ([SIGN], Permission("kms:Sign", KEY, {"kms:ResourceAliases": ["alias/old", "alias/next"]}), True),
        ([SIGN], Permission("kms:Sign", KEY, {"kms:ResourceAliases": ["alias/old"]}), False),
        ([SIGN], Permission("kms:Sign", KEY), False),
        ([], Permission("s3:GetObject", f"{LAKE}/raw/a"), False),
    ],
)
def test_statements_allow_what_iam_would(statements: list[Any], permission: Permission, allowed: bool) -> None:
    assert is_allowed(parse_policy_document({"Statement": statements}), permission) is allowed


def roles(**statements: Any) -> Roles:
    """Return roles by the name of their function."""
    return Roles({name: parse_policy_document({"Statement": each}) for name, each in statements.items()})


def test_a_refused_call_is_described_with_its_function_action_resource_and_condition() -> None:
    call = Call("reader", Permission("s3:ListBucket", LAKE, {"s3:prefix": "other/"}))

    (refusal,) = roles(reader=[BELOW], writer=[READ]).refusals([call])

    assert refusal == f"reader may not s3:ListBucket on {LAKE} with {{'s3:prefix': 'other/'}}"


def test_a_presigned_address_is_good_if_some_function_may_do_what_it_is_for() -> None:
    may, may_not = (Call("", Permission(action, f"{LAKE}/raw/a")) for action in ("s3:GetObject", "s3:PutObject"))

    refusals = list(roles(reader=[READ], other=[]).refusals([may, may_not]))

    assert refusals == [f"No function that signs addresses may s3:PutObject on {LAKE}/raw/a"]


def test_a_caller_that_is_no_function_is_refused() -> None:
    (refusal,) = roles(reader=[READ]).refusals([Call("stranger", Permission("s3:GetObject", f"{LAKE}/raw/a"))])

    assert refusal.startswith("stranger is no function")


def test_conditions_on_keys_that_calls_do_not_record_are_found() -> None:
    unknown = {**READ, "Condition": {"StringEquals": {"aws:SourceVpc": "vpc-1"}}}

    assert roles(reader=[unknown, BELOW], signer=[SIGN]).unknown_conditions() == {"aws:SourceVpc"}


def test_rights_that_no_function_needed_are_found() -> None:
    call = Call("reader", Permission("s3:GetObject", f"{LAKE}/raw/a"))

    assert roles(reader=[READ], other=[READ]).unused([call]) == {
        Right("s3:GetObject", LAKE),
        Right("s3:ListBucket", LAKE),
        Right("s3:ListBucket", f"{LAKE}/raw/*"),
    }


def test_a_right_is_not_used_by_another_function_that_lacks_it() -> None:
    call = Call("other", Permission("s3:GetObject", f"{LAKE}/raw/a"))

    assert Right("s3:GetObject", f"{LAKE}/raw/*") in roles(reader=[READ], other=[]).unused([call])
