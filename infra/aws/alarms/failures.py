"""The failures that functions count themselves, and when the platform does not get over them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from functions.declaration import Access, Function
from infra.aws.alarms.sections import Section
from infra.aws.alarms.watch import Watch
from infra.aws.metrics import StageMetrics
from shared.audit.trail import AUDIT_TABLE
from shared.lake.storage.object_store import LAKE_BUCKET
from shared.lake.storage.paths import RECEIPTS, RECONCILIATIONS
from shared.notifications.topic import NOTIFICATION_TOPIC


@dataclass(frozen=True, kw_only=True)
class _Failure:
    """A metric of failures.

    Attributes:
        emitted_by: the names of the functions that emit it, or the access of all that may.
        means, do: what has happened, and what to do about it.
        section: where the operators' handbook has the steps.
        at: failures within five minutes that the platform does not get over by itself.
        periods: for how many times five minutes.
        statistic: `Maximum` for a metric that is a state rather than an event.
    """

    emitted_by: tuple[Access | str, ...]
    means: str
    do: str
    section: Section
    at: int = 1
    periods: int = 1
    statistic: str = "Sum"

    def is_of(self, function: Function) -> bool:
        """Whether a function may emit it."""
        return any(each == function.name or each in function.writes for each in self.emitted_by)


FAILURES: Mapping[str, _Failure] = MappingProxyType(
    {
        "AuditUnreachable": _Failure(
            emitted_by=(Access(AUDIT_TABLE),),
            means="A change could not be written to the audit log.",
            do="The complete entry is in the function's log; add it to the records of the incident.",
            section=Section.AUDIT_LOG,
        ),
        "RefreshTokenReuse": _Failure(
            emitted_by=("auth",),
            means="A refresh token was used a second time, so its family of tokens has been revoked.",
            do="Ask its owner, whose log entry names the key: a client has a bug, or the token was stolen.",
            section=Section.KEYS,
        ),
        "UnknownDeliveries": _Failure(
            emitted_by=(Access(LAKE_BUCKET, RECEIPTS),),
            means="Rows of a delivery that is not in the ledger were merged.",
            do="Find out what writes to the lake directly; the function's log names the object.",
            section=Section.MERGES,
        ),
        "FailedReconciliations": _Failure(
            emitted_by=(Access(LAKE_BUCKET, RECONCILIATIONS),),
            means="Records beyond the identity horizon were not compared; they may count twice until a later run.",
            do="The function's log has the reason; the next night tries again.",
            section=Section.MERGES,
        ),
        "DeliveriesInFlightTooLong": _Failure(
            emitted_by=("sweeper",),
            means="Deliveries stay unfinished although the sweeper resumed them for a quarter of an hour.",
            do="`GET /api/v1/analytics/pipeline/health` names the stage and the cause.",
            section=Section.MERGES,
            periods=3,
            statistic="Maximum",
        ),
        "UnhealthyPipelines": _Failure(
            emitted_by=("health_watch",),
            means="Data are later than the objective of their pipeline, or a service does not respond.",
            do="`GET /api/v1/analytics/pipeline/health` names the stage and the cause.",
            section=Section.LATE_DATA,
            periods=3,
            statistic="Maximum",
        ),
        "UploadsGivenUp": _Failure(
            emitted_by=("file_loader",),
            means="A file could not be loaded in five attempts.",
            do="The function's log has the reason, and the status of its batch shows it to its sender.",
            section=Section.MERGES,
        ),
        "UnreadableIncomingObjects": _Failure(
            emitted_by=("merger",),
            means="An accepted object cannot be read, so its rows are missing.",
            do="The function's log names the object; restore an earlier version of it, or have it sent again.",
            section=Section.MERGES,
        ),
        "DeadNotifications": _Failure(
            emitted_by=(Access(NOTIFICATION_TOPIC),),
            means="A notification could not be delivered within a day, or its webhook is gone.",
            do="The function's log names it; correct the target of its rule.",
            section=Section.NOTIFICATIONS,
        ),
        "FailedMerges": _Failure(
            emitted_by=("merger",),
            means="Deliveries of a data type could not be merged repeatedly and wait.",
            do="The function's log has the reasons; the sweeper starts the merge again every five minutes.",
            section=Section.MERGES,
            at=3,
        ),
        "FailedTableMaintenance": _Failure(
            emitted_by=("table_maintenance",),
            means="Tables were not compacted or their snapshots not expired; queries become slower.",
            do="The function's log has the reasons; it runs again within a quarter of an hour.",
            section=Section.ROLLUPS,
        ),
        "FailedRollups": _Failure(
            emitted_by=("rollup_job", "table_maintenance"),
            means="Roll-ups were not maintained; queries read these days from the base.",
            do="The function's log has the reasons; maintenance tries again within a quarter of an hour.",
            section=Section.ROLLUPS,
        ),
        "FailedExports": _Failure(
            emitted_by=("export_runner",),
            means="An export failed in three attempts.",
            do="Its status and the function's log have the reason; its owner may request it again.",
            section=Section.ANSWERS,
        ),
        "AlertEvaluationsFailed": _Failure(
            emitted_by=("alert_evaluator",),
            means="Rules could not be evaluated repeatedly, so alerts may be missing.",
            do="The function's log has the reasons and names the rules.",
            section=Section.NOTIFICATIONS,
            at=3,
        ),
        "OpenAlertsLeft": _Failure(
            emitted_by=("alert_evaluator",),
            means="Open alerts could not be resolved or announced repeatedly.",
            do="The function's log names them; each evaluation tries again.",
            section=Section.NOTIFICATIONS,
            at=3,
        ),
        "FailedWidgets": _Failure(
            emitted_by=("pusher",),
            means="Answers to watched widgets could not be computed.",
            do="The function's log has the reasons; viewers see the previous answers.",
            section=Section.ANSWERS,
            at=10,
        ),
        "FailedDeliveries": _Failure(
            emitted_by=("deliverer",),
            means="Clients see changes late or not at all.",
            do="The function's log has the reasons.",
            section=Section.ANSWERS,
            at=10,
        ),
        "DeliveriesGivenUp": _Failure(
            emitted_by=("deliverer",),
            means="Many connections did not take messages in five attempts.",
            do="Look for throttling by API Gateway; otherwise their clients do not read.",
            section=Section.ANSWERS,
            at=50,
        ),
        "MessagesFailed": _Failure(
            emitted_by=("deliverer",),
            means="Many messages were not taken.",
            do="Look for throttling by API Gateway; otherwise their clients do not read.",
            section=Section.ANSWERS,
            at=1000,
        ),
    }
)


def of_failures(function: Function, metrics: StageMetrics) -> Iterator[Watch]:
    """Yield the failures that a function may count."""
    for name, failure in FAILURES.items():
        if failure.is_of(function):
            yield Watch(
                name=f"{function.name}-{name}",
                metric=metrics.emitted_by(function, name, failure.statistic),
                at=failure.at,
                means=failure.means,
                do=failure.do,
                section=failure.section,
                periods=failure.periods,
            )
