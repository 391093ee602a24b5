"""What a connection of `/ws/dashboards/{id}` is sent next: everything at first, then changed widgets. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

import orjson

from shared.dashboards.answers import WidgetAnswer
from shared.live.posting import LARGEST_MESSAGE
from shared.push.plans import Plan
from shared.push.wording import dashboard_message

if TYPE_CHECKING:
    from shared.dashboards.models import Dashboard, DashboardDataResponse, WidgetData
    from shared.live.connections import Connection

_ROOM_FOR_SEQUENCE = 40
_DIGEST_LENGTH = 12
_LOADING, _SUCCESS = "loading", "success"


@dataclass(frozen=True, kw_only=True)
class Shown:
    """The data of a dashboard as everybody with the same scopes sees it; messages are written once for all of them.

    Attributes:
        is_unfinished: whether newer data of some widgets are being computed.
    """

    dashboard: "Dashboard"
    response: "DashboardDataResponse"
    is_unfinished: bool
    at: datetime
    _written: dict[tuple[str, ...] | str, bytes] = field(default_factory=dict)

    @cached_property
    def digests(self) -> Mapping[str, str]:
        """What distinguishes the data of each widget that is ready from other data of it."""
        found = self.response.data.items()
        return {name: self._digest(each) for name, each in found if each.status != _LOADING}

    def refresh(self, widget_ids: Sequence[str]) -> bytes:
        """Return the message with the data of these widgets."""
        return self._once(tuple(widget_ids), lambda: self._refresh(widget_ids))

    def update(self, widget_id: str) -> bytes:
        """Return the message with the data of one widget."""
        return self._once(widget_id, lambda: self._update(widget_id))

    def _once(self, key: tuple[str, ...] | str, write: Any) -> bytes:
        if key not in self._written:
            self._written[key] = write()
        return self._written[key]

    def _refresh(self, widget_ids: Sequence[str]) -> bytes:
        data = {name: each for name, each in self.response.data.items() if name in widget_ids}
        narrowed = self.response.model_copy(update={"data": data})
        return _fitting(dashboard_message("dashboard_refresh", self.at, data=narrowed.model_dump(mode="json")))

    def _update(self, widget_id: str) -> bytes:
        found = self.response.data[widget_id]
        if found.status == _SUCCESS:
            return _fitting(dashboard_message("widget_update", self.at, widget_id=widget_id, data=found.data))
        return _fitting(dashboard_message("error", self.at, widget_id=widget_id, error=found.error_message))

    def _digest(self, widget: "WidgetData") -> str:
        content = [widget.status, widget.error_message, widget.data]
        answer = WidgetAnswer.of(content, tag=None, computed_at=self.at, data_freshness=None)
        return answer.digest[:_DIGEST_LENGTH]


def _fitting(message: Mapping[str, Any]) -> bytes:
    """Write a message; one that API Gateway would not take has no data, and asks the client to fetch them."""
    written = orjson.dumps(message)
    if len(written) + _ROOM_FOR_SEQUENCE <= LARGEST_MESSAGE:
        return written
    return orjson.dumps({**{name: value for name, value in message.items() if name != "data"}, "fetch": True})


def plan(connection: "Connection", shown: Shown) -> Plan | None:
    """Return what a connection is sent; None if it has seen everything."""
    wanted = connection.subscription.get("widget_ids")
    names = [each for each in shown.response.data if wanted is None or each in wanted]
    digests = {name: shown.digests[name] for name in names if name in shown.digests}
    state = {"revision": connection.subscription.get("revision", 0), "version": shown.dashboard.version}
    messages = list(_messages(connection.progress, state, shown, names, digests))
    if not messages:
        return None
    return Plan(connection=connection, messages=messages, progress={**state, "digests": digests})


def _messages(
    seen: Mapping[str, Any], state: Mapping[str, Any], shown: Shown, names: Sequence[str], digests: Mapping[str, str]
) -> Iterator[bytes]:
    if {name: seen.get(name) for name in state} != state:
        yield shown.refresh(names)
        return
    for name, digest in digests.items():
        if seen["digests"].get(name) != digest:
            yield shown.update(name)


def ending(connection: "Connection", text: str, at: datetime) -> Plan:
    """Return the end of a connection whose dashboard it may not see any longer."""
    message = orjson.dumps(dashboard_message("error", at, code="dashboard_not_found", close=1008, error=text))
    return Plan(connection=connection, messages=[message], is_last=True)
