"""The data of dashboards: equal questions once, side by side, from remembered answers while nothing has changed."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextvars import copy_context
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

import orjson
from botocore.exceptions import BotoCoreError, ClientError

from shared.dashboards.answers import WidgetAnswer
from shared.dashboards.configuration import IllegalConfiguration, question_of
from shared.dashboards.models import Dashboard, DashboardDataResponse, DashboardWidget, WidgetData
from shared.dashboards.refresher import Moment, WidgetRefresher
from shared.runtime.aws_errors import as_unavailable
from shared.runtime.deadline import Timeout, deadline
from shared.runtime.errors import FieldError, InvalidRequest, TallyError, Unavailable
from shared.runtime.etags import Modified, NotModified, set_state
from shared.runtime.observability import count, logger

if TYPE_CHECKING:
    from shared.auth.scopes import Scope
    from shared.dashboards.questions import WidgetQuestion
    from shared.dashboards.refresh_requests import RefreshRequests

PATIENCE = Timeout(seconds=10)
"""How long a response waits for answers; what is not ready then is `loading`."""

STALE_FOR = timedelta(minutes=10)
"""The age up to which an answer from before a change is given while the new one is computed."""

_AT_ONCE = 12
_ABOUT_TO_END = 1.0
"""Seconds before the deadline from which a failure to answer counts as lateness."""

_LATE = 0.5
_LONGEST_INTERVAL = 24 * 3600
CacheStatus = Literal["hit", "miss", "stale"]


@dataclass(frozen=True)
class _Outcome:
    """What became of a question: an answer, a reason why there is none, or neither yet."""

    answer: WidgetAnswer | None = None
    cache_status: CacheStatus = "miss"
    error: str | None = None
    is_requested: bool = False

    @property
    def status(self) -> Literal["success", "loading", "error"]:
        if self.answer is not None:
            return "success"
        return "loading" if self.error is None else "error"


@dataclass(frozen=True)
class AnsweredDashboard:
    """The data of a dashboard, and whether newer data of some widgets are being computed."""

    response: DashboardDataResponse
    is_unfinished: bool


@dataclass(frozen=True, kw_only=True)
class DashboardData(WidgetRefresher):
    """Answers the questions of dashboards.

    Attributes:
        patience: how long a response waits for answers.
        reused_for: how long an answer without a tag is given again; those with one are until something changes.
        renewed_at: when the answers were last renewed, if they are renewed at an interval. Changes since then are left
            to the next renewal.
    """

    requests: "RefreshRequests"
    patience: Timeout = field(default=PATIENCE)
    reused_for: timedelta = timedelta(0)
    renewed_at: datetime | None = None

    def answer(
        self, dashboard: Dashboard, scopes: "AbstractSet[Scope]", widget_ids: Sequence[str] | None = None
    ) -> AnsweredDashboard:
        """Return the data of a dashboard for a caller with these scopes, of all widgets or of some.

        Raises:
            InvalidRequest: the dashboard does not have these widgets.
            NotModified: the client has this response.
        """
        now = self.clock()
        widgets = _chosen(dashboard, widget_ids)
        asked = {each.widget_id: self._question(each, scopes, now) for each in widgets}
        questions = list(dict.fromkeys(each for each in asked.values() if not isinstance(each, _Outcome)))
        outcomes = self._answer_all(questions)
        found = {name: each if isinstance(each, _Outcome) else outcomes[each] for name, each in asked.items()}
        set_state(dashboard.dashboard_id, dashboard.version, {name: _identity(each) for name, each in found.items()})
        response = DashboardDataResponse(
            dashboard_id=dashboard.dashboard_id,
            data={name: _data(name, each) for name, each in found.items()},
            last_updated=min(_times(found.values()), default=now),
            next_refresh=now + _interval(widgets),
        )
        return AnsweredDashboard(response, any(each.is_requested for each in found.values()))

    def _question(
        self, widget: DashboardWidget, scopes: "AbstractSet[Scope]", now: datetime
    ) -> "WidgetQuestion | _Outcome":
        try:
            question = question_of(widget.configuration, widget.type, now)
        except IllegalConfiguration as illegal:
            return _Outcome(error=f"The configuration is not valid: {illegal}")
        scope = question.widget_source.scope
        return question if scope in scopes else _Outcome(error=f"The access token lacks the scope {scope}")

    def _answer_all(self, questions: "Sequence[WidgetQuestion]") -> "Mapping[WidgetQuestion, _Outcome]":
        if not questions:
            return {}
        with deadline(self.patience.seconds):
            remembered, moment = self._remembered(questions), self.moment()
            pool = ThreadPoolExecutor(min(_AT_ONCE, len(questions)))
            running = {
                each: pool.submit(copy_context().run, self._answer, each, moment, remembered.get(each))
                for each in questions
            }
            wait(running.values(), timeout=self.patience.remaining + _LATE)
            pool.shutdown(wait=False, cancel_futures=True)
        return {question: self._result(question, each) for question, each in running.items()}

    def _result(self, question: "WidgetQuestion", running: "Future[_Outcome]") -> _Outcome:
        if running.done() and not running.cancelled():
            return running.result()
        self.requests.send(question)
        return _Outcome(is_requested=True)

    def _remembered(self, questions: "Sequence[WidgetQuestion]") -> "Mapping[WidgetQuestion, WidgetAnswer]":
        try:
            found = self.answers.get_many(questions)
        except (BotoCoreError, ClientError, Unavailable) as error:
            _note(error)
            return {}
        return {question: each for question, each in found.items() if each.body is not None}

    def _answer(self, question: "WidgetQuestion", moment: Moment, remembered: WidgetAnswer | None) -> _Outcome:
        """Answer one question; whatever goes wrong is its outcome."""
        age = self.clock() - remembered.computed_at if remembered is not None else None
        is_young = age is not None and age <= STALE_FOR
        is_shared = (
            age is not None and age < self.reused_for and (self.renewed_at is None or self._is_renewed(remembered))
        )
        if remembered is not None and remembered.tag is None and is_shared:
            return _Outcome(remembered, "hit")
        try:
            answer = self.compute(question, moment, remembered, only_unchanged=is_young)
        except NotModified:
            return _Outcome(remembered, "hit")
        except Modified:
            return self._outdated(question, remembered)
        except TallyError as error:
            return self._failed(question, error)
        except Exception as error:  # noqa: BLE001 # logged and counted like one in a route
            return _failed_unexpectedly(error)
        if answer.tag is not None or self.reused_for:
            self._remember(question, answer)
        return _Outcome(answer)

    def _outdated(self, question: "WidgetQuestion", remembered: WidgetAnswer | None) -> _Outcome:
        """Give the answer from before a change, and request the new one unless the next renewal brings it."""
        is_requested = not self._is_renewed(remembered)
        if is_requested:
            self.requests.send(question)
        return _Outcome(remembered, "stale", is_requested=is_requested)

    def _is_renewed(self, answer: WidgetAnswer | None) -> bool:
        """Whether the answer is at least of the last renewal, so that the next one includes what has changed since."""
        return answer is not None and self.renewed_at is not None and answer.computed_at >= self.renewed_at

    def _failed(self, question: "WidgetQuestion", error: TallyError) -> _Outcome:
        if isinstance(error, Unavailable) and self.patience.remaining <= _ABOUT_TO_END:
            self.requests.send(question)
            return _Outcome(is_requested=True)
        reasons = "; ".join(f"{each.field} {each.message}" for each in error.field_errors)
        return _Outcome(error=f"{error.message}: {reasons}" if reasons else error.message)

    def _remember(self, question: "WidgetQuestion", answer: WidgetAnswer) -> None:
        try:
            self.answers.put(question, answer)
        except (BotoCoreError, ClientError) as error:
            _note(error)


def _chosen(dashboard: Dashboard, widget_ids: Sequence[str] | None) -> list[DashboardWidget]:
    if not widget_ids:
        return dashboard.widgets
    known = {each.widget_id: each for each in dashboard.widgets}
    unknown = [each for each in widget_ids if each not in known]
    if unknown:
        message = f"has ids of no widget of the dashboard: {', '.join(unknown)}"
        raise InvalidRequest(
            "Request validation failed", field_errors=[FieldError("widget_ids", message, list(widget_ids))]
        )
    return [known[each] for each in widget_ids]


def _interval(widgets: Sequence[DashboardWidget]) -> timedelta:
    return timedelta(seconds=min((each.refresh_interval for each in widgets), default=_LONGEST_INTERVAL))


def _failed_unexpectedly(error: Exception) -> _Outcome:
    passing = as_unavailable(error)
    if passing is not None:
        logger().warning("dependency unavailable", exc_info=error)
        count("OutOfReach")
        return _Outcome(error=passing.message)
    logger().error("unexpected failure of a widget", exc_info=error)
    count("UnexpectedFailures")
    return _Outcome(error="An unexpected error occurred; quote the request id when reporting it")


def _note(error: Exception) -> None:
    logger().warning("remembered answers of widgets unavailable", exc_info=error)
    count("WidgetAnswersUnreachable")


def _identity(outcome: _Outcome) -> tuple[str, str | None]:
    """Return what of an outcome makes a response another one."""
    return outcome.status, outcome.answer.digest if outcome.answer else outcome.error


def _times(outcomes: Iterable[_Outcome]) -> Iterable[datetime]:
    return (each.answer.data_freshness for each in outcomes if each.answer is not None)


def _data(widget_id: str, outcome: _Outcome) -> WidgetData:
    return WidgetData(
        widget_id=widget_id,
        data=orjson.loads(outcome.answer.body or b"null") if outcome.answer else None,
        status=outcome.status,
        error_message=outcome.error,
        cache_status=outcome.cache_status,
    )
