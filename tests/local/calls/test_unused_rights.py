"""Rights that nobody needs are accepted for a reason, and reasons only as long as there are such rights."""

from tests.local.permissions import Right
from tests.local.unused_rights import REASONS, superfluous, unexplained

WRITES_ITS_LOG = Right("logs:PutLogEvents", "arn:aws:logs:us-east-1:000000000000:log-group:/aws/lambda/reader:*")
DELETES_KEYS = Right("dynamodb:DeleteItem", "arn:aws:dynamodb:us-east-1:000000000000:table/tally-local-keys")


def test_a_right_without_a_reason_is_found() -> None:
    assert unexplained([WRITES_ITS_LOG, DELETES_KEYS]) == [DELETES_KEYS]


def test_a_reason_for_rights_that_are_used_is_found() -> None:
    found = superfluous([WRITES_ITS_LOG])

    assert len(found) == len(REASONS) - 1
    assert not any(each.covers(WRITES_ITS_LOG) for each in found)
