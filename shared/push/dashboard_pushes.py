"""Brings the answers of watched dashboards up to date, each question once, and has them delivered."""

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextvars import copy_context
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.dashboards.configuration import IllegalConfiguration
from shared.push.wording import DASHBOARDS, dashboard_channel, dashboard_of
from shared.runtime.errors import NotFound
from shared.runtime.observability import count, logger

if TYPE_CHECKING:
    from shared.dashboards.questions import WidgetQuestion
    from shared.dashboards.refresher import Moment, WidgetRefresher
    from shared.dashboards.store import DashboardReader
    from shared.live.channel_deliveries import ChannelDeliveries
    from shared.live.connections import Connections
    from shared.push.changes import Changes
    from shared.push.renewals import Renewals

_AT_ONCE = 8


@dataclass(frozen=True, kw_only=True)
class DashboardPushes:
    """Acts on changes for dashboards that somebody watches; others cost nothing."""

    connections: "Connections"
    deliveries: "ChannelDeliveries"
    dashboards: "DashboardReader"
    data: "WidgetRefresher"
    renewals: "Renewals"

    def push(self, changes: "Changes") -> None:
        """Have dashboards delivered that depend on what has changed, were edited, or had a question answered.

        All of them are delivered, not only those whose answers differ from before: somebody else may have had the new
        answer computed. What each connection has been sent decides what it is sent. None waits for another's questions.
        """
        watched, aspects = self._watched(), changes.aspects | self.renewals.due(changes)
        asking = {each: set(self._questions_of(each)) for each in watched} if aspects | changes.answered else {}
        asked = {name: found for name, every in asking.items() if (found := _depending(every, aspects))}
        ready = {name for name, every in asking.items() if any(each.question_id in changes.answered for each in every)}
        for dashboard_id in sorted((changes.dashboards & watched | ready) - asked.keys()):
            self._request(dashboard_id)
        for dashboard_id in self._refreshed(asked):
            self._request(dashboard_id)

    def repair(self) -> None:
        """Have deliveries made that were requested and never came."""
        for dashboard_id in self._watched():
            self.deliveries.repair(dashboard_channel(dashboard_id))

    def _watched(self) -> set[str]:
        channels = {each.channel for each in self.connections.listeners(DASHBOARDS)}
        return {found for each in channels if (found := dashboard_of(each))}

    def _questions_of(self, dashboard_id: str) -> "Iterator[WidgetQuestion]":
        try:
            dashboard = self.dashboards.get(dashboard_id)
        except NotFound:
            return  # its connections are ended by the event of its deletion
        for widget in dashboard.widgets:
            try:
                yield self.data.question(widget)
            except IllegalConfiguration:
                continue  # the data of the dashboard say so

    def _refreshed(self, asked: "Mapping[str, set[WidgetQuestion]]") -> Iterator[str]:
        """Bring the answers to all questions up to date, and yield each dashboard once its own are."""
        moment = self.data.moment()
        waiting = {dashboard_id: set(questions) for dashboard_id, questions in asked.items()}
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            every = {question for questions in asked.values() for question in questions}
            started = {pool.submit(copy_context().run, self._refresh_one, each, moment): each for each in every}
            for done in as_completed(started):
                for dashboard_id, questions in list(waiting.items()):
                    questions.discard(started[done])
                    if not questions:
                        del waiting[dashboard_id]
                        yield dashboard_id

    def _refresh_one(self, question: "WidgetQuestion", moment: "Moment") -> None:
        try:
            self.data.refresh(question, moment)
        except Exception as error:  # noqa: BLE001 # logged; the delivery says what is wrong with this widget
            logger().warning("a widget cannot be answered", source=question.source, exc_info=error)
            count("FailedWidgets")

    def _request(self, dashboard_id: str) -> None:
        self.deliveries.request(dashboard_channel(dashboard_id))


def _depending(questions: "Iterable[WidgetQuestion]", aspects: AbstractSet[str]) -> "set[WidgetQuestion]":
    """Return the questions whose answers depend on what has changed."""
    return {each for each in questions if each.depends_on & aspects}
