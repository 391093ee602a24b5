"""The rules that come with the platform, disabled until somebody enables them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from shared.alerts.models import RuleDefinition
from shared.alerts.stored_rule import StoredRule

SYSTEM = "system"
"""Who changes what no user changes."""

_SINCE = datetime(2026, 1, 1, tzinfo=UTC)
_TOPIC = [{"type": "topic"}]
_RULES: Mapping[str, Mapping[str, Any]] = {
    "revenue-anomaly": {
        "name": "Revenue of the last hour is unusual",
        "description": "Compare with the same hour of the weeks before; look for campaigns, outages and broken feeds.",
        "severity": "high",
        "metric": "revenue:sum",
        "condition": {"type": "anomaly"},
        "window": "PT1H",
    },
    "revenue-week": {
        "name": "Revenue of a day is a third below that of the week before",
        "description": "Check the sales channels, and whether all sources have delivered.",
        "severity": "medium",
        "metric": "revenue:sum",
        "condition": {"type": "change_below", "percent": -33, "against": "week_before"},
        "window": "P1D",
        "evaluate_every": "PT1H",
        "for": "PT2H",
        "recovery": -25,
    },
    "conversion-low": {
        "name": "Conversion has halved",
        "description": "Fewer sessions end in a purchase than the day before; check checkout and payment.",
        "severity": "high",
        "metric": "conversion:avg",
        "condition": {"type": "change_below", "percent": -50, "against": "previous"},
        "window": "P1D",
        "evaluate_every": "PT1H",
        "recovery": -40,
    },
    "decline-rate-high": {
        "name": "Many decisions are declined",
        "description": "A new model or rule may be too strict, or there is an attack.",
        "severity": "high",
        "metric": "decline_rate",
        "condition": {"type": "above", "threshold": 0.15},
        "window": "PT6H",
        "recovery": 0.12,
    },
    "fraud-rate-high": {
        "name": "The fraud rate is high",
        "description": "Of the last week's decisions, at least this share is fraud, however open decisions turn out.",
        "severity": "critical",
        "metric": "bounds:low:fraud_rate",
        "condition": {"type": "above", "threshold": 0.05},
        "window": "P7D",
        "evaluate_every": "PT1H",
        "recovery": 0.04,
    },
    "recall-low": {
        "name": "Recall is low",
        "description": "At best, the last 30 days miss this much of the fraud; the model may need training.",
        "severity": "medium",
        "metric": "bounds:high:recall",
        "condition": {"type": "below", "threshold": 0.5},
        "window": "P30D",
        "evaluate_every": "P1D",
        "recovery": 0.55,
    },
    "score-drift": {
        "name": "Scores have drifted",
        "description": "The scores of a week differ from the baseline of the model; compare the features.",
        "severity": "medium",
        "metric": "drift:score",
        "condition": {"type": "above", "threshold": 0.25},
        "window": "P7D",
        "evaluate_every": "P1D",
        "recovery": 0.2,
    },
    "quality-low": {
        "name": "Data quality is low",
        "description": "See the report of the source for the checks that failed.",
        "severity": "medium",
        "metric": "quality_score",
        "condition": {"type": "below", "threshold": 80},
        "window": "PT6H",
        "recovery": 85,
        "group_by": "source_id",
    },
    "data-old": {
        "name": "Data are more than a day old",
        "description": "Nothing was received, or records do not reach the tables; see the health of pipelines.",
        "severity": "critical",
        "metric": "pipeline:merge:freshness",
        "condition": {"type": "above", "threshold": 90000},
        "window": "PT5M",
        "for": "PT10M",
    },
    "merge-incomplete": {
        "name": "Records are lost on the way",
        "description": "Rows were received and have no outcome; see the cause in the health of pipelines.",
        "severity": "critical",
        "metric": "pipeline:merge:completeness",
        "condition": {"type": "below", "threshold": 0.999},
        "window": "PT5M",
        "for": "PT10M",
    },
}


def _default(name: str, body: Mapping[str, Any]) -> StoredRule:
    return StoredRule(
        rule_id=f"default-{name}",
        definition=RuleDefinition.model_validate({"enabled": False, "notify": _TOPIC, **body}),
        version=1,
        revision=0,
        created_at=_SINCE,
        created_by=SYSTEM,
        updated_at=_SINCE,
    )


DEFAULT_RULES = tuple(_default(name, body) for name, body in _RULES.items())
"""The rules; `AlertRuleStore` lists them until they are changed or deleted."""
