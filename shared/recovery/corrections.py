"""Corrects quarantined rows before they are redriven."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import orjson

from shared.records.validation import Form

if TYPE_CHECKING:
    from shared.lake.quarantine.rejected_rows import RejectedRow


def correct(row: "RejectedRow", values: Mapping[str, Any]) -> "RejectedRow":
    """Return a row with other values in some of its columns.

    What is not a record cannot be corrected: it is returned as it is, and keeps its errors.
    """
    try:
        record = orjson.loads(row.raw)
    except orjson.JSONDecodeError:
        return row
    if not isinstance(record, dict):
        return row
    written = values if row.form == Form.TYPED else {name: _as_text(value) for name, value in values.items()}
    return replace(row, raw=orjson.dumps({**record, **written}).decode())


def _as_text(value: Any) -> str | None:
    """Return a value as a CSV or XML file has it."""
    return value if value is None or isinstance(value, str) else orjson.dumps(value).decode()
