"""Announcing a file: the request, its presigned URL, and the audit entry."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from shared.app.wiring import Wiring
from tests.functions.ingest.conftest import Call

FILE: dict[str, Any] = {"source_id": "web-shop", "data_type": "transactions", "format": "csv", "compression": "gzip"}


def test_an_upload_has_its_own_url_valid_for_an_hour(call: Call, wired: Wiring) -> None:
    answer = call("POST", "/ingest/uploads", body=FILE | {"options": {"delimiter": ";"}, "size": 1000})

    told, (batch_id, url) = answer.data, (answer.data["batch_id"], urlsplit(answer.data["url"]))
    assert answer.status == 201
    assert url.path.endswith(f"uploads/transactions/{batch_id}")
    assert parse_qs(url.query)["X-Amz-Expires"] == ["3600"]
    assert "if-none-match" in parse_qs(url.query)["X-Amz-SignedHeaders"][0].split(";")
    assert (told["method"], told["headers"], told["max_bytes"]) == ("PUT", {"If-None-Match": "*"}, 5 * 2**30)
    kept = wired.uploads.store.get(batch_id)
    assert kept is not None
    assert (kept.options, kept.declared_bytes, kept.is_open) == ({"delimiter": ";"}, 1000, True)


def test_ten_gigabytes_are_refused_before_the_upload(call: Call) -> None:
    answer = call("POST", "/ingest/uploads", body=FILE | {"size": 10 * 2**30})

    assert (answer.status, answer.error["code"]) == (413, "PAYLOAD_TOO_LARGE")
    assert "split" in answer.error["message"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("source_id", "../web-shop"),
        ("data_type", "sales"),
        ("format", "xlsx"),
        ("compression", "bzip2"),
        ("size", -1),
        ("options", {"delimiter": "||"}),
        ("options", {"seperator": ";"}),
    ],
)
def test_an_invalid_field_is_refused_and_named(call: Call, field: str, value: Any) -> None:
    answer = call("POST", "/ingest/uploads", body=FILE | {field: value})

    assert answer.status == 400
    assert [each["field"].split(".")[0] for each in answer.error["field_errors"]] == [field]
