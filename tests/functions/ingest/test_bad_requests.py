"""Every kind of bad request is answered in the Commerce dialect, with its own status and every failing field."""

import gzip
from typing import Any

import orjson
import pytest

from shared.app.wiring import Wiring
from tests.fakes.records import sale
from tests.fakes.state_dump import keys
from tests.functions.ingest.conftest import Call

BATCH = {"source_id": "web-shop", "data_type": "transactions", "format": "json", "data": [sale(1)]}
TEXT = orjson.dumps(BATCH)
GZIP = {"content-encoding": "gzip"}


def test_all_failing_fields_are_named_at_once(call: Call) -> None:
    answer = call("POST", "/ingest/batch", body={"source_id": "?", "data_type": "sales", "format": "pdf", "data": []})

    assert (answer.status, answer.code) == (400, "VALIDATION_ERROR")
    assert answer.fields.keys() == {"source_id", "data_type", "format", "data"}
    assert "3 to 50" in answer.fields["source_id"]
    assert answer.fields["data_type"].startswith("must be one of transactions, products")


def test_missing_fields_are_named(call: Call) -> None:
    answer = call("POST", "/ingest/batch", body={})

    assert answer.fields == {name: f"{name} is required" for name in ("source_id", "data_type", "format", "data")}


@pytest.mark.parametrize("data", [None, {}, "rows", 7, []])
def test_data_is_a_non_empty_list(call: Call, data: Any) -> None:
    answer = call("POST", "/ingest/batch", body={**BATCH, "data": data})

    assert (answer.status, list(answer.fields)) == (400, ["data"])


def test_a_batch_has_at_most_10_000_records(wired: Wiring, submit: Call) -> None:
    answer = submit([{}] * 10_001)

    assert (answer.status, list(answer.fields)) == (400, ["data"])
    assert len(orjson.dumps(answer.body)) < 5_000
    assert keys(wired.settings, "") == []


NO_JSON: dict[str, str | bytes] = {
    "no JSON": "{",
    "a text": '"batch"',
    "two documents": "{} {}",
    "NaN": TEXT.replace(b"9.99", b"NaN").decode(),
    "infinity": TEXT.replace(b"9.99", b"1e999").decode(),
    "a key twice": TEXT.replace(b'"format":"json"', b'"format":"json","format":"csv"').decode(),
    "a key twice, written in two ways": TEXT.replace(
        b'"format":"json"', b'"format":"json","\\u0066ormat":"csv"'
    ).decode(),
    "a key twice in a record": TEXT.replace(b'"quantity":2', b'"quantity":2,"quantity":3').decode(),
    "too deep": '{"data":' + "[" * 5000 + "]" * 5000 + "}",
    "no UTF-8": b'{"source_id":"\xff\xfe"}',
    "a byte order mark": "\ufeff" + TEXT.decode(),
}


@pytest.mark.parametrize("name", NO_JSON)
def test_a_body_that_is_not_strict_json_is_malformed(wired: Wiring, call: Call, name: str) -> None:
    answer = call("POST", "/ingest/batch", raw=NO_JSON[name])

    assert (answer.status, answer.code) == (400, "VALIDATION_ERROR")
    assert keys(wired.settings, "") == []


@pytest.mark.parametrize("body", [None, "", "null"])
def test_a_request_without_a_body_is_rejected(call: Call, body: str | None) -> None:
    answer = call("POST", "/ingest/batch", raw=body)

    assert (answer.status, answer.code) == (400, "VALIDATION_ERROR")
    assert answer.fields


@pytest.mark.parametrize("content_type", ["text/plain", "application/xml", "multipart/form-data; boundary=x", "x"])
def test_a_content_type_other_than_json_is_unsupported(call: Call, content_type: str) -> None:
    answer = call("POST", "/ingest/batch", raw=TEXT.decode(), headers={"content-type": content_type})

    assert (answer.status, answer.code) == (415, "UNSUPPORTED_MEDIA_TYPE")


def test_another_content_type_without_a_body_is_unsupported_too(call: Call) -> None:
    assert call("POST", "/ingest/batch", headers={"content-type": "text/plain"}).status == 415


@pytest.mark.parametrize("content_type", ["application/json", "Application/JSON; charset=utf-8"])
@pytest.mark.parametrize("name", ["content-type", "Content-Type", "CONTENT-TYPE"])
def test_header_names_and_types_are_case_insensitive(call: Call, name: str, content_type: str) -> None:
    headers = {"content-type": content_type} if name == "content-type" else {name: content_type}

    answer = call("POST", "/ingest/batch", raw=TEXT.decode(), headers=headers)

    assert answer.status == 201


@pytest.mark.parametrize("header", ["content-encoding", "Content-Encoding"])
@pytest.mark.parametrize("encoding", ["gzip", "GZIP"])
def test_a_gzip_body_is_inflated(call: Call, header: str, encoding: str) -> None:
    assert call("POST", "/ingest/batch", raw=gzip.compress(TEXT), headers={header: encoding}).status == 201


def test_a_gzip_body_of_several_members_is_one_body(call: Call) -> None:
    body = gzip.compress(TEXT[:20]) + gzip.compress(b"") * 1000 + gzip.compress(TEXT[20:])

    assert call("POST", "/ingest/batch", raw=body, headers=GZIP).status == 201


BROKEN_GZIP = {
    "broken off": gzip.compress(TEXT)[:-20],
    "garbled": gzip.compress(TEXT)[:15] + b"\xff\xff\xff\xff" + gzip.compress(TEXT)[19:],
    "no gzip": b"\xff\x00 not gzip",
    "rubbish behind": gzip.compress(TEXT) + b"rubbish",
}


@pytest.mark.parametrize("name", BROKEN_GZIP)
def test_a_broken_gzip_body_is_malformed(call: Call, name: str) -> None:
    answer = call("POST", "/ingest/batch", raw=BROKEN_GZIP[name], headers=GZIP)

    assert (answer.status, answer.code) == (400, "VALIDATION_ERROR")


def test_a_body_inflating_beyond_64_mb_is_too_large_and_names_uploads(call: Call) -> None:
    bomb = gzip.compress(bytes(65 * 1024 * 1024), compresslevel=1)

    answer = call("POST", "/ingest/batch", raw=bomb, headers=GZIP)

    assert (answer.status, answer.code) == (413, "PAYLOAD_TOO_LARGE")
    assert "/ingest/uploads" in answer.body["error"]["message"]


def test_an_encoding_other_than_gzip_is_unsupported(call: Call) -> None:
    answer = call("POST", "/ingest/batch", raw=TEXT, headers={"content-encoding": "br"})

    assert (answer.status, answer.code) == (415, "UNSUPPORTED_MEDIA_TYPE")


def test_a_rejected_value_is_echoed_and_truncated(call: Call) -> None:
    answer = call("POST", "/ingest/batch", body={**BATCH, "source_id": "x" * 5000})

    (error,) = answer.body["error"]["field_errors"]
    assert error["rejected_value"].startswith('"xxx')
    assert len(error["rejected_value"]) == 501


def test_an_undefined_path_is_not_found_in_the_commerce_dialect(call: Call) -> None:
    answer = call("GET", "/ingest/nothing")

    assert (answer.status, answer.code) == (404, "NOT_FOUND")
    assert answer.body.keys() == {"success", "error", "timestamp", "request_id"}
