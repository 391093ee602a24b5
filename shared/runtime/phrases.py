"""Messages about invalid fields, in the words of this API instead of those of the validation library."""

import re
from collections.abc import Callable, Mapping
from typing import Any

_QUOTED = re.compile(r"'((?:[^'\\]|\\.)*)'")

_PHRASES: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "missing": lambda _: "is required",
    "extra_forbidden": lambda _: "is unknown; remove it",
    "string_type": lambda _: "must be text",
    "string_unicode": lambda _: "must be valid Unicode text",
    "string_too_short": lambda limit: _at_least(limit["min_length"], "character"),
    "string_too_long": lambda limit: f"must have at most {_count(limit['max_length'], 'character')}",
    "string_pattern_mismatch": lambda limit: f"must match the pattern {limit['pattern']}",
    "too_short": lambda limit: _at_least(limit["min_length"], "item"),
    "too_long": lambda limit: f"must have at most {_count(limit['max_length'], 'item')}",
    "list_type": lambda _: "must be a list",
    "tuple_type": lambda _: "must be a list",
    "dict_type": lambda _: "must be an object",
    "model_type": lambda _: "must be an object",
    "model_attributes_type": lambda _: "must be an object",
    "mapping_type": lambda _: "must be an object",
    "int_type": lambda _: "must be a whole number",
    "int_parsing": lambda _: "must be a whole number",
    "int_parsing_size": lambda _: "must be a whole number within 64 bits",
    "int_from_float": lambda _: "must be a whole number",
    "float_type": lambda _: "must be a number",
    "float_parsing": lambda _: "must be a number",
    "finite_number": lambda _: "must be a finite number",
    "decimal_max_places": lambda limit: f"must have at most {_count(limit['decimal_places'], 'decimal place')}",
    "bool_type": lambda _: "must be true or false",
    "bool_parsing": lambda _: "must be true or false",
    "greater_than_equal": lambda limit: f"must be at least {limit['ge']:g}",
    "greater_than": lambda limit: f"must be greater than {limit['gt']:g}",
    "less_than_equal": lambda limit: f"must be at most {limit['le']:g}",
    "less_than": lambda limit: f"must be less than {limit['lt']:g}",
    "enum": lambda choices: f"must be one of {', '.join(_QUOTED.findall(choices['expected']))}",
    "literal_error": lambda choices: f"must be one of {', '.join(_QUOTED.findall(choices['expected']))}",
}
"""The message for each type of error that pydantic reports, from its context."""


def phrase(problem: Mapping[str, Any]) -> str:
    """Return the message for an error of a field, so that the field's name may precede it.

    Args:
        problem: an error as pydantic lists it, with `type`, `msg` and perhaps `ctx`.
    """
    known = _PHRASES.get(problem["type"])
    if known is not None:
        return known(problem.get("ctx") or {})
    said = str(problem["msg"]).removeprefix("Value error, ").removeprefix("Input ")
    return said.replace("should be", "must be").replace("should have", "must have")


def _at_least(number: int, noun: str) -> str:
    return "must not be empty" if number == 1 else f"must have at least {_count(number, noun)}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
