"""Changes that others keep overtaking are made in the end, or end with the time for the answer."""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from moto.core.botocore_stubber import MockRawResponse

from shared.app.wiring import Wiring
from shared.ingestion.uploads.state import Upload
from shared.ingestion.uploads.store import UPLOADS_TABLE, UploadStore
from shared.ledger.entry import LedgerEntry
from shared.runtime.clients import Clients
from shared.runtime.deadline import deadline
from shared.runtime.errors import Unavailable
from shared.runtime.settings import Settings
from tests.contract.dynamodb.test_stored_items import ENTRY, UPLOAD


@pytest.fixture
def uploads(wired: Wiring) -> UploadStore:
    store = UploadStore(boto3.client("dynamodb"), wired.settings.name_of(UPLOADS_TABLE))
    store.add(UPLOAD)
    return store


def _overtaken(uploads: UploadStore, times: int) -> Callable[[Upload], Upload]:
    """A change before which somebody else changes the same upload, so many times."""
    left = [None] * times

    def change(before: Upload) -> Upload:
        if left:
            left.pop()
            uploads.change(UPLOAD.batch_id, lambda each: each.model_copy(update={"parts": each.parts + 1}))
        return before.model_copy(update={"size": 7})

    return change


@pytest.mark.parametrize(("conflicts", "is_made"), [(3, True), (30, False)])
def test_a_write_that_meets_transactions_is_repeated(
    aws: Settings, request: pytest.FixtureRequest, *, conflicts: int, is_made: bool
) -> None:
    left = [None] * conflicts

    def conflict(**sent: Any) -> AWSResponse | None:
        if not left:
            return None
        left.pop()
        body = b'{"__type":"com.amazonaws.dynamodb.v20120810#TransactionConflictException","message":"m"}'
        return AWSResponse(sent["request"].url, 400, HTTPHeaders(), MockRawResponse(body))

    client: Any = Clients().dynamodb
    client.meta.events.register_first("before-send.dynamodb.PutItem", conflict)
    request.addfinalizer(lambda: client.meta.events.unregister("before-send.dynamodb.PutItem", conflict))

    with nullcontext() if is_made else pytest.raises(client.exceptions.TransactionConflictException):
        client.put_item(TableName=aws.name_of(UPLOADS_TABLE), Item={"batch_id": {"S": "b-1"}})


def test_an_upload_is_changed_although_others_were_faster(uploads: UploadStore) -> None:
    changed = uploads.change(UPLOAD.batch_id, _overtaken(uploads, 3))

    assert (changed.size, changed.parts, changed.revision) == (7, 3, 4)


def test_a_change_that_is_overtaken_ends_with_the_time_for_the_answer(uploads: UploadStore) -> None:
    with deadline(0), pytest.raises(Unavailable):
        uploads.change(UPLOAD.batch_id, _overtaken(uploads, 1))


def test_an_entry_is_recorded_although_others_were_faster(wired: Wiring) -> None:
    left = [None] * 3

    def change(before: LedgerEntry | None) -> LedgerEntry:
        if left:
            left.pop()
            wired.ledger.update("batch-1", lambda each: replace(each or ENTRY, dropped_fields=len(left) + 1))
        return replace(before or ENTRY, written=True)

    recorded = wired.ledger.update("batch-1", change)

    assert (recorded.written, recorded.dropped_fields) == (True, 1)
    stored = wired.ledger.get("batch-1")
    assert stored is not None
    assert stored.revision == 4
