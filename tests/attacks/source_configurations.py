"""Harmful source configurations: those the API refuses, and those an earlier version may have saved."""

from typing import Any

import boto3
import orjson

from shared.app.wiring import Wiring
from shared.ledger.store import SOURCES_TABLE
from shared.sources.config_store import CONFIG


def of_sales(**mapping: Any) -> dict[str, Any]:
    """A configuration that maps sales."""
    return {"mappings": {"transactions": mapping}}


def read_as(*formats: Any, **others: Any) -> dict[str, Any]:
    """A configuration that reads the times of sales."""
    return of_sales(date_formats={"timestamp": {"formats": list(formats), **others}})


def save_unchecked(wired: Wiring, source_id: str, configuration: Any) -> None:
    """Save a configuration as a version did that checked nothing."""
    body = configuration if isinstance(configuration, str) else orjson.dumps(configuration).decode()
    boto3.client("dynamodb").put_item(
        TableName=wired.settings.name_of(SOURCES_TABLE),
        Item={"source_id": {"S": source_id}, "facet": {"S": CONFIG}, "body": {"S": body}},
    )


_FORMAT = "mappings.transactions.date_formats.timestamp.formats"
_SALES = "mappings.transactions"

REFUSED: dict[str, tuple[dict[str, Any], list[str]]] = {
    "a directive twice": (read_as("%Y %Y"), [f"{_FORMAT}.0"]),
    "an unknown directive": (read_as("%Y-%m-%d", "%Y %Q"), [f"{_FORMAT}.1"]),
    "a format of the locale": (read_as("%c %Y"), [f"{_FORMAT}.0"]),
    "a year twice": (read_as("%y %Y"), [f"{_FORMAT}.0"]),
    "a month as number and name": (read_as("%d %m %b %Y"), [f"{_FORMAT}.0"]),
    "an hour of twelve without am or pm": (read_as("%Y-%m-%d %I:%M"), [f"{_FORMAT}.0"]),
    "a day without its month": (read_as("%Y %d"), [f"{_FORMAT}.0"]),
    "an hour without its day": (read_as("%Y %H"), [f"{_FORMAT}.0"]),
    "white space that no trimmed text has": (read_as(" %Y"), [f"{_FORMAT}.0"]),
    "a character that ends texts": (read_as("%Y\x00%m"), [f"{_FORMAT}.0"]),
    "a broken directive": (read_as("%Y%"), [f"{_FORMAT}.0"]),
    "a format of ten thousand letters": (read_as("%Y" + "a" * 10_000), [f"{_FORMAT}.0"]),
    "a format that is none": (read_as(["%Y"]), [f"{_FORMAT}.0"]),
    "eleven formats": (read_as(*(f"%Y{n}" for n in range(11))), [_FORMAT]),
    "ten thousand formats": (read_as(*(f"%Y{n}" for n in range(10_000))), [_FORMAT]),
    "a zone outside of the database": (
        read_as("%Y", timezone="../../etc/passwd"),
        [f"{_SALES}.date_formats.timestamp.timezone"],
    ),
    "a folder as a zone": (read_as("%Y", timezone="Europe"), [f"{_SALES}.date_formats.timestamp.timezone"]),
    "times in a field that is no time": (
        of_sales(date_formats={"quantity": {"formats": ["%Y"]}}),
        [f"{_SALES}.date_formats.quantity"],
    ),
    "three faults in three tables": (
        of_sales(columns={"Preis": "unit_prcie"}, constants={"currency": "EURO"}, defaults={"statuss": "completed"}),
        [f"{_SALES}.columns.Preis", f"{_SALES}.constants.currency", f"{_SALES}.defaults.statuss"],
    ),
    "a default that no record may have": (of_sales(defaults={"status": "statuss"}), [f"{_SALES}.defaults.status"]),
    "constants of wrong types": (
        of_sales(
            constants={"quantity": "two", "customer_id": ["c"], "unit_price": True, "channel": None, "region": ["x"]}
        ),
        [f"{_SALES}.constants.{name}" for name in ("channel", "region", "quantity", "customer_id", "unit_price")],
    ),
    "a constant beyond its bound": (of_sales(constants={"unit_price": -1}), [f"{_SALES}.constants.unit_price"]),
    "an amount that has no decimal text": (
        of_sales(constants={"unit_price": 1e-07}),
        [f"{_SALES}.constants.unit_price"],
    ),
    "a constant that is too long": (of_sales(constants={"region": "x" * 501}), [f"{_SALES}.constants.region"]),
    "two columns of one field": (
        of_sales(columns={"a": "quantity", "b": "quantity"}),
        [f"{_SALES}.columns.a", f"{_SALES}.columns.b"],
    ),
    "a column and a default beside a constant": (
        of_sales(columns={"a": "region"}, constants={"region": "EU"}, defaults={"region": "US"}),
        [f"{_SALES}.columns.a", f"{_SALES}.defaults.region"],
    ),
    "a template without a column": (of_sales(templates={"order_id": "fixed"}), [f"{_SALES}.templates.order_id"]),
    "a template with a loose brace": (of_sales(templates={"order_id": "{a}-{"}), [f"{_SALES}.templates.order_id"]),
    "a template with double braces": (of_sales(templates={"order_id": "{{a}}"}), [f"{_SALES}.templates.order_id"]),
    "a template with an empty name": (of_sales(templates={"order_id": "{}{a}"}), [f"{_SALES}.templates.order_id"]),
    "a template that multiplies": (of_sales(templates={"order_id": "{a}" * 21}), [f"{_SALES}.templates.order_id"]),
    "ten thousand columns": (of_sales(columns={f"c{n}": "quantity" for n in range(10_000)}), [f"{_SALES}.columns"]),
    "an unknown key": (of_sales(eval="1"), [f"{_SALES}.eval"]),
    "a mapping that is none": ({"mappings": {"transactions": [1]}}, [_SALES]),
    "nesting": (of_sales(constants={"region": orjson.loads("[" * 200 + "]" * 200)}), [f"{_SALES}.constants.region"]),
}
"""Each with the fields that are named."""

POISON: dict[str, Any] = {
    "a directive twice": read_as("%Y %Y"),
    "an unknown directive": read_as("%Y %Q"),
    "no format": read_as(),
    "a zone that is no more": read_as("%Y", timezone="Mars/Olympus"),
    "a template without a column": of_sales(templates={"order_id": "fixed"}),
    "a constant that is null": of_sales(constants={"region": None}),
    "a constant that is a list": of_sales(defaults={"region": ["a"]}),
    "columns that are a list": of_sales(columns=["a"]),
    "a mapping that is a number": {"mappings": {"transactions": 5}},
    "mappings that are text": {"mappings": "transactions"},
    "a key of a later version": of_sales(lookups={"unit_price": "prices"}),
    "a setting of a later version": {"retention": "one year"},
    "a namespace with a colon": {"namespace": "shop:b"},
    "a threshold that is text": {"thresholds": {"transactions": "high"}},
    "ten thousand entries": of_sales(columns={f"c{n}": "quantity" for n in range(10_000)}),
    "no object": "[]",
    "no JSON": '{"mappings":',
}
"""What cannot be applied to any sale."""
