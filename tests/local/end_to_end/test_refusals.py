"""Bad requests through the front door: the right status in the right dialect, and every reason at once."""

import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote

import pytest

from tests.local.end_to_end.client import Client, counted, data_of, sale
from tests.local.end_to_end.refusals import error_of, fields_of

JSON = {"Content-Type": "application/json"}
GZIP = {**JSON, "Content-Encoding": "gzip"}
MB = 2**20
UPLOADS = "POST /api/v1/ingest/uploads"
BATCH = {"source_id": "refusals", "data_type": "transactions", "format": "json", "data": [sale("r-1", "2018-01-01")]}
BODY = json.dumps(BATCH).encode()


@pytest.mark.parametrize(
    "path", ["/nope", "/ingest", "/ingest/batches/b-1", "/ingest/batches//status", "/ingest/batch/../nope", "/%00"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_an_undefined_path_is_not_found(client: Client, method: str, path: str) -> None:
    error_of(client.http.request(method, path), 404, "NOT_FOUND")


@pytest.mark.parametrize(
    "batch_id", ["batch-0", "..%2F..%2Flanding", "a%20b", "%C3%A9", "%2545", "*", "a%2Fb", "a%252Fb", "a%3Fb%23c%00"]
)
def test_an_unknown_batch_is_not_found_by_its_id_decoded_once(client: Client, batch_id: str) -> None:
    error = error_of(client.http.get(f"/ingest/batches/{batch_id}/status"), 404, "NOT_FOUND")

    assert error["message"] == f"The batch {unquote(batch_id)!r} does not exist"


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/ingest/batch", "POST"),
        ("/ingest/stream", "POST"),
        ("/ingest/sources", "GET, HEAD"),
        ("/ingest/batches/b-1/status", "GET, HEAD"),
        ("/analytics/metrics", "GET, HEAD"),
    ],
)
def test_another_method_on_a_defined_path_lists_the_allowed_ones(client: Client, path: str, allowed: str) -> None:
    for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - set(allowed.split(", ")):
        answer = client.http.request(method, path, headers=JSON)

        error_of(answer, 405, "METHOD_NOT_ALLOWED")
        assert answer.headers["Allow"] == allowed


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "validation failed"),
        (b"null", "validation failed"),
        (b"{nope", "not valid JSON"),
        (BODY[:-1], "not valid JSON"),
        (BODY + b"x", "not valid JSON"),
        (BODY.replace(b'"1.00"', b"NaN"), "not valid JSON"),
        (BODY.replace(b'"1.00"', b"1e999"), "not valid JSON"),
        (BODY.replace(b'"format"', b'"format": "csv", "format"'), "duplicate key 'format'"),
        (b"[" * 100_000, "not valid JSON"),
        (BODY.replace(b'"1.00"', b'{"a":' * 300 + b"1" + b"}" * 300), "nested deeper"),
        (BODY.decode().encode("utf-16"), "not UTF-8"),
        (b"\xef\xbb\xbf" + BODY, "byte order mark"),
    ],
)
def test_a_body_that_is_not_json_is_explained(client: Client, body: bytes, reason: str) -> None:
    error = error_of(client.http.post("/ingest/batch", content=body, headers=JSON), 400, "VALIDATION_ERROR")

    assert reason in error["message"]


@pytest.mark.parametrize("body", ["[1]", '"text"', "17", "[]", json.dumps([BATCH, BATCH])])
def test_a_body_that_is_not_an_object_is_refused(client: Client, body: str) -> None:
    answer = client.http.post("/ingest/batch", content=body, headers=JSON)

    error = error_of(answer, 400, "VALIDATION_ERROR")
    assert list(fields_of(error)) == ["body"]


def test_every_failing_field_of_a_batch_is_named_at_once(client: Client) -> None:
    wrong = {
        "source_id": "x!",
        "data_type": "gifts",
        "format": "yaml",
        "data": [],
        "metadata": {"extraction_timestamp": "yesterday"},
    }

    error = error_of(client.http.post("/ingest/batch", json=wrong), 400, "VALIDATION_ERROR")
    missing = error_of(client.http.post("/ingest/batch", json={}), 400, "VALIDATION_ERROR")

    assert fields_of(error) == {
        "source_id": "x!",
        "data_type": "gifts",
        "format": "yaml",
        "data": [],
        "metadata.extraction_timestamp": "yesterday",
    }
    assert fields_of(missing) == dict.fromkeys(("source_id", "data_type", "format", "data"))


def test_every_failing_field_of_a_streamed_record_is_named_at_once(client: Client) -> None:
    record = {"transaction_id": "", "quantity": "many", "unit_price": -1, "timestamp": "2999-01-01"}
    envelope = {"source_id": "refusals", "data_type": "transactions", "timestamp": "2018-01-01T00:00:00Z"}

    error = error_of(client.http.post("/ingest/stream", json=envelope | {"data": record}), 400, "VALIDATION_ERROR")

    names = {f"data.{name}" for name in (*record, "product_id")}
    assert fields_of(error).keys() == names


def test_a_batch_has_at_most_ten_thousand_records(client: Client) -> None:
    answer = client.http.post("/ingest/batch", json=BATCH | {"data": [{}] * 10_001})

    (field,) = error_of(answer, 400, "VALIDATION_ERROR")["field_errors"]
    assert (field["field"], "10000" in field["message"], len(field["rejected_value"]) < 1_000) == ("data", True, True)


def test_ten_thousand_records_of_400_bytes_fit_into_a_request_without_compression(client: Client) -> None:
    records = [sale(f"plain-{number}", "2018-01-03", currency="HUF", note="x" * 270) for number in range(10_000)]
    body = json.dumps(BATCH | {"source_id": "refusals-plain", "data": records}).encode()

    answer = client.http.post("/ingest/batch", content=body, headers=JSON)

    assert len(body) > 4_000_000
    assert counted(client.outcome(data_of(answer)["batch_id"])["outcome"]) == {"loaded": 10_000}


def test_valid_rows_of_a_mixed_batch_are_loaded(client: Client) -> None:
    records = [sale(f"mixed-{number}", "2018-01-02", currency="CZK") for number in range(10_000)]
    for row in range(0, 10_000, 100):
        records[row] |= {"quantity": None, "unit_price": "free", "status": "lost"}

    answer = client.send("refusals-mixed", "transactions", records)

    assert (answer["status"], answer["validation_status"], len(answer["errors"])) == ("accepted", "failed", 100)
    assert {each["row"] % 100 for each in answer["errors"]} == {0}
    assert {each["field"] for each in answer["errors"]} == {"/quantity", "/unit_price", "/status"}
    status = client.outcome(answer["batch_id"])
    assert counted(status["outcome"]) == {"loaded": 9_900, "quarantined": 100}
    assert {(each["count"], each["first_row"], each["stage"]) for each in status["errors"]} == {(100, 0, "validate")}


def test_a_batch_without_valid_rows_is_refused_with_its_quality(client: Client) -> None:
    answer = client.http.post("/ingest/batch", json=BATCH | {"source_id": "refusals-all", "data": [1, None, [], {}]})

    details = error_of(answer, 422, "INSUFFICIENT_DATA_QUALITY")["details"]
    assert (details["quality_score"], details["minimum_required"], details["failed_checks"]) == (0, 70, ["validity"])
    assert {each["row"] for each in details["errors"]} == {0, 1, 2, 3}
    assert client.outcome(details["batch_id"])["outcome"]["quarantined"] == 4
    day = {"start": datetime.now(UTC) - timedelta(hours=1), "end": datetime.now(UTC) + timedelta(hours=1)}
    asked = {f"time_range[{name}]": moment.isoformat() for name, moment in day.items()}
    told = data_of(client.http.get("/data-quality/reports", params={"source_id": "refusals-all", **asked}))
    assert [(each["data_type"], each["rows"], each["quality_score"]) for each in told["reports"]] == [
        ("transactions", 4, 0)
    ]


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/csv"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "multipart/form-data; boundary=x"},
        {**JSON, "Content-Encoding": "br"},
    ],
)
def test_another_content_type_or_encoding_is_unsupported(client: Client, headers: dict[str, str]) -> None:
    answer = client.http.post("/ingest/batch", content=BODY, headers=headers)

    assert "send" in error_of(answer, 415, "UNSUPPORTED_MEDIA_TYPE")["message"]


@pytest.mark.parametrize("body", [gzip.compress(BODY)[:-9], gzip.compress(BODY) + b"more", b"\x1f\x8b" + b"\0" * 50])
def test_invalid_gzip_is_refused(client: Client, body: bytes) -> None:
    answer = client.http.post("/ingest/batch", content=body, headers=GZIP)

    assert "gzip" in error_of(answer, 400, "VALIDATION_ERROR")["message"]


def chunks() -> Iterator[bytes]:
    """Bring 11 MB without telling how much it will be."""
    yield from [b" " * MB] * 11


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b" " * (10 * MB + 1), JSON),
        (chunks, JSON),
        (b" " * (7 * MB), JSON),
        (gzip.compress(b" " * (65 * MB), compresslevel=1), GZIP),
        (gzip.compress(b"[" * (66 * MB), compresslevel=1), GZIP),
    ],
    ids=["declared", "chunked", "over Lambda's limit", "bomb", "bomb of brackets"],
)
def test_an_oversized_body_error_names_the_upload_route(client: Client, body: Any, headers: dict[str, str]) -> None:
    content = body() if callable(body) else body

    answer = client.http.post("/ingest/batch", content=content, headers=headers)

    message = error_of(answer, 413, "PAYLOAD_TOO_LARGE")["message"]
    assert "MB" in message
    assert UPLOADS in message


def test_an_oversized_record_error_names_the_upload_route(client: Client) -> None:
    record = sale("r-large", "2018-01-01", note="x" * (MB + 1))
    envelope = {"source_id": "refusals", "data_type": "transactions", "timestamp": "2018-01-01T00:00:00Z"}

    answer = client.http.post("/ingest/stream", json=envelope | {"data": record})

    assert UPLOADS in error_of(answer, 413, "PAYLOAD_TOO_LARGE")["message"]


def test_every_failing_parameter_of_the_sources_is_named_at_once(client: Client) -> None:
    answer = client.http.get("/ingest/sources", params={"page": "-1", "size": "101", "active_only": "maybe"})

    error = error_of(answer, 400, "VALIDATION_ERROR")
    assert fields_of(error) == {"page": "-1", "size": "101", "active_only": "maybe"}


def test_a_successful_response_has_its_request_id_too(client: Client) -> None:
    first, second = (client.http.get("/ingest/sources", params={"size": 1}) for _ in range(2))

    assert first.json()["request_id"] == first.headers["X-Request-Id"]
    assert first.headers["X-Request-Id"] != second.headers["X-Request-Id"]
