"""Snowplow's enriched events: sessions, purchases and viewed products, by the meaning of the tracker's actions."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_ECOMMERCE = "com_snowplowanalytics_snowplow_ecommerce"
_APP = "contexts_com_snowplowanalytics_snowplow_client_session_1"


@dataclass(frozen=True)
class Visits:
    """What visitors did: the sessions, those with a purchase, the orders, and the products that were viewed."""

    sessions: set[str]
    buying: set[str]
    orders: set[str]
    viewed: Sequence[str]
    visitors: set[str]


def visits(text: str) -> Visits:
    """Read events in the JSON of the Analytics SDKs, one per line."""
    events = [json.loads(line) for line in text.splitlines()]
    purchases = [each for each in events if _action(each) == "transaction"]
    orders = {_first(each, f"contexts_{_ECOMMERCE}_transaction_1")["transaction_id"] for each in purchases}
    viewed = [
        product["id"]
        for each in events
        if _action(each) in {"product_view", "list_view"}
        for product in each[f"contexts_{_ECOMMERCE}_product_1"]
    ]
    return Visits(
        sessions={_session(each) for each in events},
        buying={_session(each) for each in purchases},
        orders=orders,
        viewed=viewed,
        visitors={each.get("domain_userid") or _first(each, _APP)["userId"] for each in events},
    )


def _action(event: Mapping[str, Any]) -> str | None:
    action: Mapping[str, str] = event.get(f"unstruct_event_{_ECOMMERCE}_snowplow_ecommerce_action_1") or {}
    return action.get("type")


def _session(event: Mapping[str, Any]) -> str:
    return str(event.get("domain_sessionid") or _first(event, _APP)["sessionId"])


def _first(event: Mapping[str, Any], context: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = event[context][0]
    return found
