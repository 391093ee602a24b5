"""What must not stay: names, mail addresses and phone numbers in records of customers."""

import re
from collections.abc import Sequence
from typing import Any

_PERSONAL = re.compile(r"name|mail|phone|mobile", re.IGNORECASE)


def without_personal_data(rows: Sequence[Any]) -> tuple[list[Any], int]:
    """Return the rows without fields that hold a name, mail or phone, at any depth, and how many fields went."""
    dropped = 0

    def cleaned(value: Any) -> Any:
        nonlocal dropped
        if isinstance(value, list):
            return [cleaned(each) for each in value]
        if not isinstance(value, dict):
            return value
        kept = {name: cleaned(each) for name, each in value.items() if not _PERSONAL.search(name)}
        dropped += len(value) - len(kept)
        return kept

    return [cleaned(row) for row in rows], dropped
