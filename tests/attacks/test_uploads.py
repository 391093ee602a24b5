"""Presigned URLs: what S3 enforces by the signature, and what the loader enforces itself."""

from datetime import timedelta
from typing import Any
from urllib.parse import SplitResult, parse_qs, urlsplit

import boto3
import pytest

from shared.app.wiring import Wiring
from shared.ingestion.uploads.models import UploadRequest
from shared.lake.storage.object_store import LAKE_BUCKET
from shared.ledger.entry import BatchStatus
from tests.fakes.clock import Clock
from tests.fakes.state_dump import keys, merge_all
from tests.functions.file_loader.files import announce, for_one_part, load, loader, outcome, put, sales_csv, status

FILE = {"source_id": "web-shop", "data_type": "transactions", "format": "csv"}
CUSTOMERS = b"customer_id,name\nc-1,Ada Lovelace\n"
SIGNED_QUERY = {
    "X-Amz-Algorithm",
    "X-Amz-Credential",
    "X-Amz-Date",
    "X-Amz-Expires",
    "X-Amz-SignedHeaders",
    "X-Amz-Signature",
}


def address(wired: Wiring, **said: Any) -> tuple[str, SplitResult, dict[str, str]]:
    """Announce a file; return its batch, its address and the query of the address."""
    announced = wired.uploads.create(UploadRequest.model_validate({**FILE, **said}))
    url = urlsplit(announced.url)
    return announced.batch_id, url, {name: value for name, (value,) in parse_qs(url.query).items()}


@pytest.mark.parametrize("size", [None, 0, 1000])
def test_a_url_is_signed_for_one_key_method_hour_and_declared_size(wired: Wiring, size: int | None) -> None:
    batch_id, url, query = address(wired, size=size)

    signed = set(query["X-Amz-SignedHeaders"].split(";"))
    assert url.path == f"/uploads/transactions/{batch_id}"
    assert query["X-Amz-Algorithm"] == "AWS4-HMAC-SHA256"
    assert query["X-Amz-Expires"] == "3600"
    assert signed == {"host", "if-none-match"} | ({"content-length"} if size is not None else set())


def test_a_url_permits_only_a_plain_put_of_the_whole_object(wired: Wiring) -> None:
    _, _, query = address(wired)

    assert query.keys() == SIGNED_QUERY  # no uploadId, acl, tagging, versionId: S3 signs the whole query
    assert not any(name.startswith("x-amz-") for name in query["X-Amz-SignedHeaders"].split(";"))


def test_each_upload_has_its_own_url(wired: Wiring) -> None:
    assert len({address(wired)[1].path for _ in range(20)}) == 20


def test_the_signature_covers_method_key_size_and_expiry(wired: Wiring) -> None:
    lake = wired.uploads.lake
    urls = [
        lake.put_url("uploads/transactions/a", seconds=60).url,
        lake.put_url("uploads/transactions/b", seconds=60).url,
        lake.put_url("uploads/transactions/a", seconds=61).url,
        lake.put_url("uploads/transactions/a", seconds=60, size=1).url,
        lake.put_url("uploads/transactions/a", seconds=60, size=2).url,
    ]

    assert len({parse_qs(urlsplit(url).query)["X-Amz-Signature"][0] for url in urls}) == len(urls)


@pytest.mark.parametrize("declared", [1, 10_000])
def test_a_file_of_an_undeclared_size_is_not_loaded_even_without_signature_checks(wired: Wiring, declared: int) -> None:
    batch_id = announce(wired, size=declared)

    load(wired, put(wired, batch_id, sales_csv(range(5))))

    told = status(wired, batch_id)
    assert (told.status, told.errors and told.errors[0].code) == (BatchStatus.FAILED, "size_differs")
    assert keys(wired.settings, "incoming/") == []


def test_overwriting_a_loaded_file_changes_nothing(wired: Wiring) -> None:
    batch_id = announce(wired)
    load(wired, put(wired, batch_id, sales_csv(range(5))))
    merge_all(wired)
    before = outcome(wired, batch_id)

    load(wired, put(wired, batch_id, sales_csv(range(100, 110))))
    merge_all(wired)

    assert (outcome(wired, batch_id), before) == ({"loaded": 5}, {"loaded": 5})


def test_a_file_replaced_between_check_and_load_is_not_loaded(wired: Wiring) -> None:
    batch_id = announce(wired)
    put(wired, batch_id, sales_csv(range(3)))
    loader(wired).run(batch_id, has_time=for_one_part())  # it is checked, and not loaded yet

    load(wired, put(wired, batch_id, sales_csv(range(100, 103))))
    merge_all(wired)

    told = status(wired, batch_id)
    assert (told.status, told.errors and told.errors[0].code) == (BatchStatus.FAILED, "file_gone")
    assert keys(wired.settings, "incoming/") == []


def test_a_late_copy_of_a_file_of_customers_is_deleted_as_the_file_was(wired: Wiring, clock: Clock) -> None:
    batch_id = announce(wired, data_type="customers")
    load(wired, put(wired, batch_id, CUSTOMERS))
    clock.pass_by(timedelta(minutes=30))

    load(wired, put(wired, batch_id, CUSTOMERS))

    assert keys(wired.settings, "uploads/") == []


@pytest.mark.parametrize("key", ["uploads/transactions/", "uploads/transactions/../x", "uploads/x", "landing/y", "%2e"])
def test_an_unannounced_object_is_not_loaded(wired: Wiring, key: str) -> None:
    boto3.client("s3").put_object(Bucket=wired.settings.name_of(LAKE_BUCKET), Key=key, Body=sales_csv(range(3)))

    loader(wired).run(key.rpartition("/")[2] or "none", has_time=lambda: True)

    assert keys(wired.settings, "incoming/") == []
