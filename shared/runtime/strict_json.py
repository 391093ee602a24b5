"""JSON read strictly and fast: no duplicate keys, no NaN, bounded depth."""

import json
from collections import Counter
from typing import Any

import orjson

_LONGEST_NAME = 100


class NotStrictJson(ValueError):
    """The text is not strict JSON; the message is the reason."""


def loads(raw: bytes | str) -> Any:
    """Parse a JSON document.

    orjson keeps the last of two equal keys. Such a document is shorter when serialized again, by at least the colon
    between key and value: equal bytes, or an equal number of colons, prove that no key was dropped. Only if they differ
    (or an escape could hide a colon), it is parsed again by the slower parser that reports every pair.

    Raises:
        NotStrictJson: not JSON, not UTF-8, a duplicate key, NaN or Infinity, or nested deeper than 254 levels.
    """
    data = raw.encode("utf-8", "surrogatepass") if isinstance(raw, str) else raw
    try:
        value = orjson.loads(data)
        written = orjson.dumps(value)
    except orjson.JSONDecodeError as error:
        raise NotStrictJson(f"not valid JSON: {error}") from None
    except orjson.JSONEncodeError:
        raise NotStrictJson("nested deeper than 254 levels") from None
    if written != data and (data.count(b":") != written.count(b":") or b"\\u003" in data):
        json.loads(data, object_pairs_hook=without_duplicates)
    return value


def without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make an object of its members.

    Raises:
        NotStrictJson: two of them have one name.
    """
    found = dict(pairs)
    if len(found) != len(pairs):
        twice, _ = Counter(name for name, _ in pairs).most_common(1)[0]
        raise NotStrictJson(f"duplicate key {twice[:_LONGEST_NAME]!r}")
    return found
