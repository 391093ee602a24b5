"""Removes personal data (names, mail addresses, phone numbers) from records of customers."""

import re
from collections.abc import Sequence
from typing import Any

_PERSONAL = re.compile(r"name|mail|phone|mobile", re.IGNORECASE)


def strip_personal_data(rows: Sequence[Any]) -> tuple[list[Any], int]:
    """Remove fields named like a name, mail or phone, at any depth; return rows and number of removed fields."""
    dropped = 0

    def clean(value: Any) -> Any:
        nonlocal dropped
        if isinstance(value, list):
            return [clean(each) for each in value]
        if not isinstance(value, dict):
            return value
        remaining = {name: clean(each) for name, each in value.items() if not _PERSONAL.search(name)}
        dropped += len(value) - len(remaining)
        return remaining

    return [clean(row) for row in rows], dropped
