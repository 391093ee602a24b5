"""Computes answers to questions of widgets, under the condition that they have changed, and remembers them."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from shared.dashboards.answers import WidgetAnswer
from shared.dashboards.configuration import question_of
from shared.metrics.reports import NOTHING_DELIVERED
from shared.runtime.etags import ConditionalRequest, NotModified, conditional_answer

if TYPE_CHECKING:
    from shared.dashboards.answers import WidgetAnswers
    from shared.dashboards.models import DashboardWidget
    from shared.dashboards.questions import WidgetQuestion
    from shared.dashboards.reports import WidgetReports
    from shared.runtime.models import Clock


@dataclass(frozen=True)
class RefreshedAnswer:
    """The current answer to a question, as it is remembered now.

    Attributes:
        body: the body of the route as JSON.
        changed: whether it differs from the answer that was remembered before, apart from times of computation.
        data_freshness: how far its data go, or when it was computed.
        digest: equal for equal answers; to compare with the one that was told last, where several refresh.
    """

    body: bytes
    changed: bool
    data_freshness: datetime
    digest: str


@dataclass(frozen=True)
class Moment:
    """A moment that questions are answered at together.

    Attributes:
        reports: the reports, which read the states of tables and the arrivals of sources once for all questions.
        at: when it began. Nothing that the answers are made from was read before it.
    """

    reports: "WidgetReports"
    at: datetime


@dataclass(frozen=True, kw_only=True)
class WidgetRefresher:
    """Brings remembered answers up to date."""

    reports: "WidgetReports"
    answers: "WidgetAnswers"
    clock: "Clock"

    def question(self, widget: "DashboardWidget") -> "WidgetQuestion":
        """Return what a widget asks.

        Raises:
            IllegalConfiguration: its configuration is not valid any longer.
        """
        return question_of(widget.configuration, widget.type, self.clock())

    def moment(self) -> Moment:
        """Begin a moment, to answer questions as of now."""
        now = self.clock()
        return Moment(self.reports.at_one_moment(), now)

    def refresh(self, question: "WidgetQuestion", moment: Moment) -> RefreshedAnswer:
        """Bring the remembered answer to a question up to date, and return it.

        Raises:
            TallyError: it cannot be answered.
        """
        before = self.answers.get_many([question]).get(question)
        remembered = before if before is not None and before.body is not None else None
        try:
            answer = self.compute(question, moment, remembered)
        except NotModified:
            if remembered is None:
                raise
            return _refreshed(remembered, changed=False)
        except Exception:
            if remembered is not None and remembered.tag is None:
                self.answers.forget(question)  # nothing else would tell that it is not current
            raise
        self.answers.put(question, answer)
        return _refreshed(answer, changed=before is None or before.digest != answer.digest)

    def compute(
        self,
        question: "WidgetQuestion",
        moment: Moment,
        remembered: WidgetAnswer | None,
        *,
        only_unchanged: bool = False,
    ) -> WidgetAnswer:
        """Compute an answer, unless the remembered one is current.

        Raises:
            NotModified: it is.
            Modified: it is not, and nothing else is wanted.
            TallyError: the question cannot be answered.
        """
        condition = (remembered.tag if remembered is not None else None) or ""
        address = (question.source, sorted(question.given(moment.at).items()))
        with conditional_answer(address, condition, only_unchanged=only_unchanged and condition != "") as told:
            body = question.widget_source.answer(moment.reports, question.query(moment.at))
        return _answer_of(body, told, moment.at)


def _answer_of(body: Any, told: ConditionalRequest, now: datetime) -> WidgetAnswer:
    content = body.model_dump(mode="json", by_alias=True) if isinstance(body, BaseModel) else body
    fresh = getattr(getattr(body, "metadata", body), "data_freshness", None)
    return WidgetAnswer.of(
        content,
        tag=told.tag,
        computed_at=now,
        data_freshness=None if fresh == NOTHING_DELIVERED else fresh,
    )


def _refreshed(answer: WidgetAnswer, *, changed: bool) -> RefreshedAnswer:
    return RefreshedAnswer(answer.body or b"null", changed, answer.data_freshness, answer.digest)
