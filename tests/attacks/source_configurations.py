"""Configurations of sources that an earlier version saved and that do harm."""

from typing import Any

import boto3
import orjson

from shared.ingestion.source_configs import CONFIG
from shared.runtime.settings import Resource
from shared.runtime.wiring import Wiring


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
        TableName=wired.settings.name_of(Resource.SOURCES),
        Item={"source_id": {"S": source_id}, "facet": {"S": CONFIG}, "body": {"S": body}},
    )


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
    "a key of a later version": of_sales(expressions={"unit_price": "total / quantity"}),
    "a setting of a later version": {"namespace": "shop-b"},
    "a threshold that is text": {"thresholds": {"transactions": "high"}},
    "ten thousand entries": of_sales(columns={f"c{n}": "quantity" for n in range(10_000)}),
    "no object": "[]",
    "no JSON": '{"mappings":',
}
"""What cannot be applied to any sale."""
