"""The newest decisions of a question."""

from shared.athena.sql import Statement, sql
from shared.fraud.queries.facts import facts
from shared.fraud.question import FraudQuestion
from shared.metrics.split import Interval

COLUMNS = (
    *("decision_id", "moment", "score", "outcome", "truth", "is_mature", "amount", "currency"),
    *("merchant", "channel", "risk_band", "model_version"),
)
_STATEMENT = """
    SELECT decision_id, moment, score, outcome, truth, moment <= :mature_until AS is_mature,
        amount, currency, merchant, channel, risk_band, model_version
    FROM ({facts}) ORDER BY moment DESC, decision_id LIMIT 20
"""


def recent(question: FraudQuestion, interval: Interval, *, has_labels: bool) -> Statement:
    """Return the twenty newest decisions of an interval."""
    of_base = facts(question, [interval], has_labels=has_labels)
    return sql(_STATEMENT, mature_until=question.mature_until, facts=of_base)
