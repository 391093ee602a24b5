"""Reports as documents: key figures, charts, and the table of the export."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from shared.exports.columns import DataTable, Value
from shared.exports.details import ExportDetails
from shared.exports.document.charts import Bar, Bars, Chart, ConfusionMatrix, Trend
from shared.exports.document.layout import Document, KeyFigure
from shared.exports.document.numbers import in_words
from shared.exports.document.table import PrintedTable, TableColumn
from shared.exports.experiment_table import ExportedExperiment
from shared.fraud.cohort_models import Cohort, CohortAnalysisResponse
from shared.fraud.models import FraudMetrics, Kpis, KpiTrend
from shared.runtime.errors import Unprocessable
from shared.runtime.models import rfc3339

_TITLES = {"metrics": "Fraud metrics", "cohorts": "Cohorts", "decisions": "Decisions", "experiments": "Experiments"}
_KEY_FIGURES = ("precision", "recall", "f1Score", "captureRate", "approvalRate", "chargebackRate")
_SUMS = ("falsePositiveCost", "fraudLoss")
_TRENDS = (
    ("Precision, recall and F1 score", ("precision", "recall", "f1Score")),
    ("Fraud, chargeback and false positive rate", ("fraudRate", "chargebackRate", "falsePositiveRate")),
)
_RATES = (
    ("precision", "Precision"),
    ("recall", "Recall"),
    ("fraudRate", "Fraud rate"),
    ("approvalRate", "Approval rate"),
)
_MOST_BARS = 12
MOST_ROWS = 2_000
"""Rows of a document: about fifty pages."""
_ROUNDED = (
    "Numbers are rounded to at most four decimals, small ones to four significant digits; exports as csv and json have "
    "all digits."
)
_LIMITS = (
    "Low and high are the bounds of a KPI over every way in which open decisions can turn out, or the 95 % interval of "
    "an estimate."
)
_WIDER = {"decisionThroughput": 1.6, "chargebackRate": 1.45, "difference": 1.45}
"""Columns in which a number or a word would be broken otherwise."""

_VARIANT_NUMBERS = (
    *("decisions", "units", "precision", "recall", "fraudRate", "approvalRate", "chargebackRate", "falsePositiveCost"),
    *("fraudLoss", "difference", "low", "high"),
)
_SOME = "Exports as csv and json have all KPIs."
_COMPARED = (
    "Difference, low and high are of the primary metric: the variant minus the control, with an interval that holds at "
    "every look at once (95 %)."
)
_ESCAPED = "Characters that the font lacks (it covers Latin-1) are written as \\uXXXX."
_SPECIAL = {
    "f1Score": "F1 score",
    "rocAuc": "ROC AUC",
    "cardPrecisionTop100": "card precision, top 100",
    **{f"p{each}Ms": f"p{each}, ms" for each in (50, 95, 99)},
    "maxMs": "maximum, ms",
}
_BEFORE_CAPITALS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_DECISION_COLUMNS: Mapping[str, float] = {
    "decisionId": 2.4,
    "timestamp": 1.9,
    "score": 0.8,
    "outcome": 0.9,
    "amount": 1.1,
    "currency": 0.8,
    "merchant": 2.0,
    "channel": 1.0,
    "riskBand": 0.9,
    "modelVersion": 1.2,
    "label": 1.0,
    "labelState": 1.1,
}


def require_printable(rows: int) -> None:
    """Check that a document may have so many rows.

    Raises:
        Unprocessable: they are too many.
    """
    if rows > MOST_ROWS:
        raise Unprocessable(
            f"{rows} rows are more than the {MOST_ROWS} of a pdf; export them as csv or json",
            details={"rows": rows, "limit": MOST_ROWS},
        )


def metrics_document(
    details: ExportDetails, report: FraudMetrics, table: DataTable, trends: Sequence[KpiTrend]
) -> Document:
    """Return the metrics of a range as a document; `trends` are empty without charts."""
    body = report.model_dump(mode="json", by_alias=True)
    figures = [_key_figure(name, body[name], body["bounds"].get(name)) for name in (*_KEY_FIGURES, *_SUMS)]
    columns = (
        TableColumn("Metric", 3),
        TableColumn("Field in the API", 3, is_grey=True),
        TableColumn("Value", 1.6, is_number=True),
        TableColumn("Low", 1.6, is_number=True),
        TableColumn("High", 1.6, is_number=True),
    )
    rows = ([label(str(name)), str(name), *map(_number, numbers)] for name, *numbers in table.rows)
    return Document(
        title=_TITLES["metrics"],
        filters=_filters(details, report.currency),
        watermark=rfc3339(details.watermark),
        figures=figures,
        charts=list(_metric_charts(report, trends)) if details.request.include_charts else (),
        table=PrintedTable(columns, rows),
        notes=(_LIMITS, _ROUNDED),
    )


def cohorts_document(details: ExportDetails, report: CohortAnalysisResponse) -> Document:
    """Return cohorts as a document."""
    names = [field.alias or name for name, field in Kpis.model_fields.items()]
    columns = (
        TableColumn(label(report.dimension), 2.5),
        *(_number_column(each) for each in ("count", "share", *names)),
    )
    overall = report.overall.metrics.model_dump(mode="json", by_alias=True)
    figures = [
        KeyFigure("Decisions", in_words(report.overall.count), f"in {len(report.cohorts)} listed cohorts and the rest"),
        *(KeyFigure(title, in_words(overall[name]), "all decisions") for name, title in _RATES[:3]),
    ]
    rest = report.suppressed
    unlisted = (
        f"{rest.cohorts} cohorts with fewer than {report.min_count} decisions, together {rest.count}, are not listed."
    )
    return Document(
        title=f"{_TITLES['cohorts']} by {label(report.dimension).lower()}",
        filters=_filters(details, report.currency),
        watermark=rfc3339(details.watermark),
        figures=figures,
        charts=list(_cohort_charts(report.cohorts)) if details.request.include_charts else (),
        table=PrintedTable(columns, (_cohort_row(each, names) for each in report.cohorts), size=6.0),
        notes=(unlisted, "Lines across bars are Wilson's 95 % intervals.", _ROUNDED, _ESCAPED),
        is_wide=True,
    )


def experiments_document(details: ExportDetails, exported: Sequence[ExportedExperiment], table: DataTable) -> Document:
    """Return experiments as a document: a line for each variant, and their rates as bars."""
    names = [column.name for column in table.columns]
    variants = [dict(zip(names, row, strict=True)) for row in table.rows]
    columns = (
        TableColumn("Variant", 3),
        TableColumn("Role", 0.9),
        TableColumn("Recommendation", 2),
        *(_number_column(each) for each in _VARIANT_NUMBERS),
    )
    rows = (
        [
            _variant(each),
            "control" if each["isControl"] else "variant",
            str(each["recommendation"] or ""),
            *(_number(each[name]) for name in _VARIANT_NUMBERS),
        ]
        for each in variants
    )
    return Document(
        title=_TITLES["experiments"],
        filters=_filters(details),
        watermark=rfc3339(details.watermark),
        figures=[
            KeyFigure("Experiments", in_words(len(exported)), "that ran in the range"),
            KeyFigure("Variants", in_words(len(variants)), "one line each"),
        ],
        charts=list(_variant_charts(variants)) if details.request.include_charts else (),
        table=PrintedTable(columns, rows, size=6.5),
        notes=(_COMPARED, _SOME, _ROUNDED, _ESCAPED),
        is_wide=True,
    )


def decisions_document(details: ExportDetails, rows: Iterable[Mapping[str, str | None]]) -> Document:
    """Return decisions as a document: the columns that fit on a page, as text."""
    columns = [
        TableColumn(label(name), share, is_number=name in {"score", "amount"})
        for name, share in _DECISION_COLUMNS.items()
    ]
    return Document(
        title=_TITLES["decisions"],
        filters=_filters(details),
        watermark=rfc3339(details.watermark),
        table=PrintedTable(columns, ([row[name] or "" for name in _DECISION_COLUMNS] for row in rows)),
        notes=("Decisions as stored, by time and id; exports as csv and json have all columns.", _ESCAPED),
        is_wide=True,
    )


def label(path: str) -> str:
    """Return the name of a number in words: `matured.f1Score` is `Matured: F1 score`."""
    words = [_SPECIAL.get(each) or _BEFORE_CAPITALS.sub(" ", each).replace("_", " ") for each in path.split(".")]
    words = [each if each in _SPECIAL.values() else each.lower() for each in words]
    text = ": ".join(words)
    return text[:1].upper() + text[1:]


def _key_figure(name: str, value: float | None, bounds: Sequence[float] | None) -> KeyFigure:
    remark = "" if bounds is None else f"between {in_words(bounds[0])} and {in_words(bounds[1])}"
    return KeyFigure(label(name), in_words(value), remark)


def _filters(details: ExportDetails, currency: str = "") -> list[tuple[str, str]]:
    given = dict(details.manifest["filters"])
    span = f"{given.pop('startDate')} to {given.pop('endDate')}"
    found = [("Range", span), *((label(name), str(value)) for name, value in given.items())]
    return [*found, ("Rows", str(details.rows)), *([("Currency", currency)] if currency else [])]


def _metric_charts(report: FraudMetrics, trends: Sequence[KpiTrend]) -> Iterator[Chart]:
    by_name = {each.metric: each.data_points for each in trends}
    for title, names in _TRENDS:
        if all(name in by_name for name in names):
            times = [point.timestamp for point in by_name[names[0]]]
            yield Trend(title, times, {label(name): [point.value for point in by_name[name]] for name in names})
    yield ConfusionMatrix(
        "Confusion matrix",
        report.true_positives,
        report.false_positives,
        report.false_negatives,
        report.true_negatives,
    )
    rates = (("Approved", report.approval_rate), ("Reviewed", report.review_rate), ("Declined", report.decline_rate))
    yield Bars("Outcomes, share of all decisions", [Bar(name, value, None) for name, value in rates])


def _cohort_charts(cohorts: Sequence[Cohort]) -> Iterator[Chart]:
    shown = cohorts[:_MOST_BARS]
    note = "" if len(shown) == len(cohorts) else f"the largest {len(shown)} of {len(cohorts)}"
    for name, title in _RATES:
        bars = []
        for each in shown:
            values = each.metrics.model_dump(mode="json", by_alias=True)
            intervals: Mapping[str, Any] = each.intervals.model_dump(mode="json", by_alias=True)
            bars.append(Bar(each.name, values[name], tuple(intervals[name]) if intervals[name] else None))
        yield Bars(title, bars, note)


def _cohort_row(cohort: Cohort, names: Sequence[str]) -> list[str]:
    values = cohort.metrics.model_dump(mode="json", by_alias=True)
    return [cohort.name, in_words(cohort.count), in_words(cohort.share), *(in_words(values[name]) for name in names)]


def _number_column(name: str) -> TableColumn:
    return TableColumn(label(name), _WIDER.get(name, 1.2), is_number=True)


def _variant(row: Mapping[str, Value]) -> str:
    return f"{row['experimentId']}: {row['variantId']}"


def _variant_charts(variants: Sequence[Mapping[str, Value]]) -> Iterator[Chart]:
    shown = variants[:_MOST_BARS]
    note = "" if len(shown) == len(variants) else f"the first {len(shown)} of {len(variants)}"
    for name, title in _RATES:
        yield Bars(title, [Bar(_variant(each), _rate(each[name]), None) for each in shown], note)


def _rate(value: Value) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _number(value: Value) -> str:
    return in_words(value) if isinstance(value, int | float) else ""
