"""An export of decisions that is prepared in the background: everything that its bytes depend on."""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta

import orjson

from shared.exports.details import ExportDetails
from shared.exports.files import FILES
from shared.exports.filters import DecisionsQuery, canonical, read_filters
from shared.exports.models import ExportRequest
from shared.fraud.question import FraudQuestion
from shared.fraud.steps import Span, floor
from shared.runtime.models import Model, Timestamp, rfc3339

_SAME_FOR = timedelta(hours=1)
"""How long a repeated request without `asOf` means the same export, if the data are the same."""


class ExportJob(Model):
    """A question at fixed snapshots and a fixed time, so that every attempt writes the same file."""

    export_id: str
    user_id: str
    key_id: str
    request_id: str
    request: ExportRequest
    as_of: Timestamp
    horizon_days: int
    snapshots: Mapping[str, int]
    watermark: Timestamp
    created_at: Timestamp
    rows: int

    @property
    def question(self) -> FraudQuestion:
        """The question about decisions."""
        return decisions_question(self.query, self.as_of, self.horizon_days)

    @property
    def query(self) -> DecisionsQuery:
        """The filters."""
        return DecisionsQuery.model_validate(read_filters(self.request.data_type, self.request.filters))

    @property
    def details(self) -> ExportDetails:
        """What is said of the file."""
        return ExportDetails(request=self.request, query=self.query, rows=self.rows, watermark=self.watermark)


def decisions_question(query: DecisionsQuery, as_of: datetime, horizon_days: int) -> FraudQuestion:
    """Return the question about the decisions of an export, and what their labels said at a time."""
    return FraudQuestion(
        span=Span(query.start, query.end),
        as_of=as_of,
        is_current=False,
        horizon=timedelta(days=horizon_days),
        investigation_id=query.investigation_id,
    )


def export_id(
    user_id: str, request: ExportRequest, query: DecisionsQuery, snapshots: Mapping[str, int], now: datetime
) -> str:
    """Return the id of a user's export; a request repeated within the hour, about the same data, has the same."""
    asked = {
        "user": user_id,
        "format": request.format,
        "charts": request.include_charts,
        "type": request.data_type,
        "filters": canonical(query),
        "snapshots": dict(snapshots),
        "hour": rfc3339(floor(now, _SAME_FOR)) if query.as_of is None else None,
    }
    return hashlib.sha256(orjson.dumps(asked, option=orjson.OPT_SORT_KEYS)).hexdigest()[:32]


def file_key(export_id: str) -> str:
    """Return the key of the file of an export."""
    return f"{FILES}/{export_id}"
