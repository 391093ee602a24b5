"""Builds a report from quality counts: checks, issues and recommendations. Pure."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from shared.quality.check_suites import check_of
from shared.quality.checks import QualityDimension
from shared.quality.models import (
    CheckType,
    DimensionReport,
    NamedCheck,
    QualityCheck,
    QualityIssue,
    QualityReport,
    Severity,
)
from shared.quality.rules import POOR_WEIGHTS, deduction, dimension_score, overall_score, score_to_json
from shared.quality.state import SHARED_ID, QualityCounts
from shared.records.schema import DataType
from shared.runtime.models import sortable

_HIGH, _MEDIUM = Fraction(5), Fraction(1)
_ACTIONS = {
    QualityDimension.COMPLETENESS: "Send {} with every record.",
    QualityDimension.VALIDITY: "Correct {} at the source. "
    "The rows are in quarantine with every error and can be redriven.",
    QualityDimension.UNIQUENESS: "Send each record once; "
    "look for a join or a retry that repeats rows within a delivery.",
    QualityDimension.TIMELINESS: "Deliver sooner after the event, "
    "or set the source's cadence to its delivery interval.",
}

SEPARATE_SOURCES = (
    "Set a namespace in the configuration of one of the sources, then send its records again: records with the same id "
    "replace each other."
)
"""What to do if two sources use the same ids for different records."""


@dataclass(frozen=True, kw_only=True)
class ReportSubject:
    """The source, data type and range of a report."""

    source_id: str
    data_type: DataType
    start: datetime
    end: datetime

    @property
    def report_id(self) -> str:
        """An id that is the same for the same question."""
        asked = "|".join((self.source_id, self.data_type, sortable(self.start), sortable(self.end)))
        return f"quality-{hashlib.sha256(asked.encode()).hexdigest()[:20]}"


def report(subject: ReportSubject, state: QualityCounts, *, minimum: Fraction, at: datetime) -> QualityReport:
    """Build the quality report of the counts."""
    return QualityReport(
        report_id=subject.report_id,
        source_id=subject.source_id,
        data_type=subject.data_type,
        quality_score=score_to_json(overall_score(state)),
        checks_performed=list(_checks(state, minimum)),
        issues_found=_issues(subject.data_type, state),
        generated_at=at,
        dimensions=list(_dimensions(state)),
        rows=state.rows,
    )


def _checks(state: QualityCounts, minimum: Fraction) -> Iterator[QualityCheck]:
    for check_type in CheckType:
        dimension = QualityDimension(check_type)
        score = dimension_score(state, dimension)
        if score is not None:
            yield QualityCheck(
                check_type=check_type,
                passed=score >= minimum,
                score=score_to_json(score),
                details=_details(state, dimension),
            )


def _details(state: QualityCounts, dimension: QualityDimension) -> str:
    whole = state.of(dimension)
    what = "values are missing" if dimension is QualityDimension.COMPLETENESS else "rows failed"
    failing = [
        f"{name} {count.failed} of {count.checked}" for name, count in state.checks_of(dimension) if count.failed
    ]
    return f"{whole.failed} of {whole.checked} {what}" + (f": {', '.join(failing)}" if failing else "")


def _dimensions(state: QualityCounts) -> Iterator[DimensionReport]:
    for dimension in QualityDimension:
        score = dimension_score(state, dimension)
        if score is not None:
            whole = state.of(dimension)
            yield DimensionReport(
                dimension=dimension,
                score=score_to_json(score),
                checked=whole.checked,
                failed=whole.failed,
                wrong=whole.wrong,
                poor_weight=float(POOR_WEIGHTS[dimension]),
                checks=[
                    NamedCheck(name=name, checked=count.checked, failed=count.failed)
                    for name, count in state.checks_of(dimension)
                ],
            )


def _issues(data_type: DataType, state: QualityCounts) -> list[QualityIssue]:
    costs = [
        (deduction(dimension, count, state.of(dimension).checked), dimension, name, count.failed)
        for dimension in QualityDimension
        for name, count in state.checks_of(dimension)
        if count.failed
    ]
    defects = [
        QualityIssue(
            issue_type=f"{dimension}.{name}",
            severity=_severity(cost),
            count=failed,
            sample_records=list(state.samples.get(f"{dimension}.{name}", ())),
            suggested_action=_action(data_type, dimension, name),
        )
        for cost, dimension, name, failed in sorted(costs, key=lambda each: (-each[0], each[1], each[2]))
    ]
    return [*_shared_ids(state), *defects]


def _shared_ids(state: QualityCounts) -> Iterator[QualityIssue]:
    """Yield the issue that records of two sources replace each other; it comes first because values are lost."""
    shared = state.of(SHARED_ID).failed
    if shared:
        yield QualityIssue(
            issue_type=SHARED_ID,
            severity=Severity.HIGH,
            count=shared,
            sample_records=list(state.samples.get(SHARED_ID, ())),
            suggested_action=SEPARATE_SOURCES,
        )


def _severity(cost: Fraction) -> Severity:
    return Severity.HIGH if cost >= _HIGH else Severity.MEDIUM if cost >= _MEDIUM else Severity.LOW


def _action(data_type: DataType, dimension: QualityDimension, name: str) -> str:
    declared = check_of(data_type, dimension, name)
    return _ACTIONS[dimension].format(name.partition(":")[0]) if declared is None else declared.action
