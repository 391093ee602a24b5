"""The claim of a request with an Idempotency-Key."""

import pytest

from shared.idempotency.claim import Claim, claim_of, fingerprint
from shared.runtime.errors import InvalidRequest
from tests.events.api_gateway import rest_event


def _claim(key: str | None, body: str = "{}", header: str = "Idempotency-Key") -> Claim | None:
    event = rest_event("POST", "/api/v1/dashboards", raw=body, headers={} if key is None else {header: key})
    return claim_of(event, subject="ann", route="POST /api/v1/dashboards")


def test_a_request_without_a_key_claims_nothing() -> None:
    assert _claim(None) is None


@pytest.mark.parametrize("header", ["Idempotency-Key", "idempotency-key", "IDEMPOTENCY-KEY"])
def test_the_key_header_is_case_insensitive(header: str) -> None:
    found = _claim("k-1", header=header)

    assert found == Claim("ann", "POST /api/v1/dashboards", "k-1", fingerprint("{}"))


@pytest.mark.parametrize("key", ["", " ", "two words", "x" * 256, "schlüssel", "line\nbreak"])
def test_an_invalid_key_is_refused(key: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        _claim(key)

    assert [each.field for each in refused.value.field_errors] == ["Idempotency-Key"]


def test_equal_json_is_the_same_body_in_any_spelling() -> None:
    assert fingerprint('{"a": 1, "b": [2]}') == fingerprint('{"b":[2],"a":1}')


@pytest.mark.parametrize("other", ['{"a": 2}', '{"a": "1"}', '{"a": 1, "b": null}', "", "not JSON", "[1]"])
def test_another_body_is_another_body(other: str) -> None:
    assert fingerprint('{"a": 1}') != fingerprint(other)
