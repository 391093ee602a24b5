"""Names, mail addresses and phone numbers go, at any depth, and are counted; everything else stays."""

from typing import Any

import pytest

from shared.ingestion.pii import strip_personal_data


@pytest.mark.parametrize(
    ("row", "kept", "dropped"),
    [
        ({"customer_id": "c"}, {"customer_id": "c"}, 0),
        ({"customer_id": "c", "name": "Ada"}, {"customer_id": "c"}, 1),
        ({"first_name": "Ada", "LastName": "L", "e-mail": "a@b", "EMAIL_2": "c@d"}, {}, 4),
        ({"phone_number": "1", "Mobile": "2", "homePhone": {"number": "3"}}, {}, 3),
        ({"profile": {"full_name": "Ada", "age": 36}}, {"profile": {"age": 36}}, 1),
        ({"contacts": [{"mail": "a"}, {"kind": "x", "phone": "1"}]}, {"contacts": [{}, {"kind": "x"}]}, 2),
        (None, None, 0),
        ("Ada", "Ada", 0),
    ],
)
def test_personal_fields_are_removed_and_counted(row: Any, kept: Any, dropped: int) -> None:
    assert strip_personal_data([row]) == ([kept], dropped)


def test_the_received_record_is_not_mutated() -> None:
    row = {"name": "Ada", "inner": {"phone": "1"}}

    strip_personal_data([row])

    assert row == {"name": "Ada", "inner": {"phone": "1"}}
