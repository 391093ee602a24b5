"""The clickstream of a shop as Snowplow's tracker recorded it, as records of type `events`, and what it comes to.

The mapping, event by event: one record for each product of the event, or one if it has none.

| ours | Snowplow's |
|---|---|
| `event_id` | the transaction's id for a purchase, else the event's; and the number of the product |
| `timestamp` | `derived_tstamp` |
| `session_id` | `domain_sessionid`, or the session of the mobile app's tracker |
| `event_type` | the type of the e-commerce action, see `_STEPS`; `page_view` for all others |
| `customer_id` | `domain_userid`, or the user of the mobile app's tracker |
| `product_id`, `product_category` | of the product |
| `order_id` | of the transaction |
| `channel`, `region` | `platform`, `geo_country` |
| kept beside: `snowplow_event`, `action` | the event's id, and the type of its action as it was |

So a purchase that the tracker told twice under two event ids is one purchase, as in the expected tables.
"""

import csv
import gzip
import json
from collections.abc import Iterator
from typing import Any

from tests.datasets import DATASETS, needs

FOLDER = DATASETS / "snowplow_ecommerce"
needs_snowplow = needs(FOLDER)
APPS = {"ecom-accel", "DemoID"}
"""The shop's own events; those of others are not in the expected tables."""

Row = dict[str, str]
_STEPS = {
    "product_view": "product_view",
    "list_view": "product_view",
    "add_to_cart": "add_to_cart",
    "remove_from_cart": "remove_from_cart",
    "checkout_step": "checkout",
    "transaction": "purchase",
}
_ECOMMERCE = "com_snowplowanalytics_snowplow_ecommerce"
_ACTION = f"unstruct_event_{_ECOMMERCE}_snowplow_ecommerce_action_1_0_0"
_PRODUCTS, _TRANSACTION = f"contexts_{_ECOMMERCE}_product_1_0_0", f"contexts_{_ECOMMERCE}_transaction_1_0_0"
_APP_SESSION = "contexts_com_snowplowanalytics_snowplow_client_session_1_0_1"


def records() -> list[dict[str, Any]]:
    """Every step that visitors of the shop took, in the order in which the collector saw them."""
    events = sorted(_table("source__snowplow_ecommerce_events"), key=lambda event: event["collector_tstamp"])
    return [record for event in events if event["app_id"] in APPS for record in _records(event)]


def expected(table: str) -> list[Row]:
    """A table that the authors of the data expect: `sessions`, `product_interactions` and so on."""
    return list(_table(f"expected__snowplow_ecommerce_{table}_expected"))


def _records(event: Row) -> Iterator[dict[str, Any]]:
    action = json.loads(event[_ACTION] or "{}").get("type")
    order = _first(event, _TRANSACTION).get("transaction_id")
    app = _first(event, _APP_SESSION)
    for number, product in enumerate(_all(event, _PRODUCTS) or [{}]):
        told = {
            "event_id": f"{order or event['event_id']}-{number}",
            "timestamp": event["derived_tstamp"].replace(" ", "T"),
            "session_id": event["domain_sessionid"] or app["sessionId"],
            "event_type": _STEPS.get(action, "page_view"),
            "customer_id": event["domain_userid"] or app["userId"],
            "product_id": product.get("id"),
            "product_category": product.get("category"),
            "order_id": order,
            "channel": event["platform"],
            "region": event["geo_country"],
            "snowplow_event": event["event_id"],
            "action": action,
        }
        yield {name: value for name, value in told.items() if value}


def _all(event: Row, column: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(event[column] or "[]")
    return found


def _first(event: Row, column: str) -> dict[str, Any]:
    return next(iter(_all(event, column)), {})


def _table(name: str) -> Iterator[Row]:
    with gzip.open(FOLDER / f"{name}.csv.gz", "rt", newline="") as file:
        yield from csv.DictReader(file)
